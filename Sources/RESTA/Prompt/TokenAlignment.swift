/// Finds which bytes of a text each of its tokens stands for.
///
/// Tokens tell their own bytes, so walking along the text is enough, but for two things that
/// tokenisers do: SentencePiece puts a space in front of text that follows the start or a special
/// token, and some special tokens swallow the white space beside them.
struct TokenAlignment {
  let text: [UInt8]
  let tokenizer: any Tokenizer

  /// The byte range of each token.
  ///
  /// - Throws: ``RESTAError`` with `engineFailed` when the tokens' bytes do not add up to the text:
  ///   the spans would be wrong, and noise on the wrong token is no defence.
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
      guard let start = match(piece, at: offset, virtualSpace: pendingSpace, mayStrip: mayStrip)
      else { throw mismatch(at: offset) }
      let consumed = pendingSpace ? max(0, piece.count - 1) : piece.count
      ranges.append(start..<(start + consumed))
      offset = start + consumed
      pendingSpace = special && tokenizer.addsSpacePrefix
      afterSpecial = special
    }
    guard text[offset...].allSatisfy(\.isWhiteSpace), offset == text.count || afterSpecial else {
      throw mismatch(at: offset)
    }
    return ranges
  }

  /// Where the piece's own bytes start in the text, at `offset` or behind skipped white space.
  private func match(
    _ piece: [UInt8], at offset: Int, virtualSpace: Bool, mayStrip: Bool
  ) -> Int? {
    var bytes = piece[...]
    if virtualSpace {
      guard bytes.first == UInt8(ascii: " ") else { return nil }
      bytes = bytes.dropFirst()
    }
    var start = offset
    while true {
      if text[start...].starts(with: bytes) { return start }
      guard mayStrip, start < text.count, text[start].isWhiteSpace else { return nil }
      start += 1
    }
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
