/// Finds which bytes of a text each of its tokens stands for.
///
/// Tokens tell their own bytes, so walking along the text is enough, but for two things that
/// tokenisers do: SentencePiece puts a space in front of text that follows the start or a special
/// token (and takes U+2581 for a space), and some special tokens swallow the white space beside them.
struct TokenAlignment {
  let text: [UInt8]
  let tokenizer: any Tokenizer

  func ranges(of tokens: [TokenID]) throws(RESTAError) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(tokens.count)
    var offset = 0
    var afterSpecial = true
    var pendingSpace = tokenizer.addsSpacePrefix
    for token in tokens {
      let special = tokenizer.kind(of: token) != .normal
      let piece = tokenizer.bytes(of: token)
      if special { pendingSpace = false }
      let mayStrip = afterSpecial || special
      guard let range = match(piece, at: offset, virtualSpace: pendingSpace, mayStrip: mayStrip)
      else { throw mismatch(at: offset) }
      // An added space that is a token of its own stands in front of the text, not of what is skipped.
      if afterSpecial, let last = ranges.last, last.isEmpty {
        ranges[ranges.count - 1] = range.lowerBound..<range.lowerBound
      }
      ranges.append(range)
      offset = range.upperBound
      // A piece that is the added space alone stands for no text, so nothing has followed yet.
      afterSpecial = special || (pendingSpace && range.isEmpty)
      pendingSpace = special && tokenizer.addsSpacePrefix
    }
    guard text[offset...].allSatisfy(\.isWhiteSpace), offset == text.count || afterSpecial else {
      throw mismatch(at: offset)
    }
    return ranges
  }

  /// The piece's own bytes in the text, at `offset` or behind skipped white space.
  private func match(
    _ piece: [UInt8], at offset: Int, virtualSpace: Bool, mayStrip: Bool
  ) -> Range<Int>? {
    var bytes = piece[...]
    if virtualSpace {
      guard bytes.first == UInt8(ascii: " ") else { return nil }
      bytes = bytes.dropFirst()
    }
    var start = offset
    while true {
      if let end = end(of: bytes, at: start) { return start..<end }
      guard mayStrip, start < text.count, text[start].isWhiteSpace else { return nil }
      start += 1
    }
  }

  /// Where the bytes end that match a piece's, or `nil` when they do not.
  ///
  /// SentencePiece writes a space as U+2581, so one that is typed comes back as a space.
  private func end(of piece: ArraySlice<UInt8>, at start: Int) -> Int? {
    let writtenSpace: [UInt8] = [0xE2, 0x96, 0x81]
    var offset = start
    for byte in piece {
      if offset < text.count, text[offset] == byte {
        offset += 1
      } else if byte == UInt8(ascii: " "), text[offset...].starts(with: writtenSpace) {
        offset += writtenSpace.count
      } else {
        return nil
      }
    }
    return offset
  }

  private func mismatch(at offset: Int) -> RESTAError {
    RESTAError(
      .engineFailed,
      "The tokeniser's pieces do not add up to the prompt (at byte \(offset) of \(text.count)), so "
        + "the user's tokens cannot be told from the template's. This vocabulary is not supported.")
  }
}

extension UInt8 {
  /// Space, tab, line feed, vertical tab, form feed or carriage return.
  var isWhiteSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
