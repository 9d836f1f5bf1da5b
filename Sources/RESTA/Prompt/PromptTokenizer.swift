/// Turns a rendered prompt into tokens with exact user spans.
///
/// The whole text is tokenised at once, because adversarial suffixes are exact to the token and
/// tokenising parts would change the tokens at their borders. Then each token's bytes say whose
/// content it holds; one that straddles a border counts as content.
///
/// Content never becomes a control token. Where it spells one (`<|im_end|>` typed by a user), the
/// text between the template's own control tokens is tokenised again with control text disabled.
/// Only the system prompt, where it is the operator's, may hold control text.
public struct PromptTokenizer: Sendable {
  private let tokenizer: any Tokenizer
  private let trustsSystem: Bool

  /// Makes a prompt tokeniser.
  ///
  /// - Parameters:
  ///   - tokenizer: The model's vocabulary.
  ///   - trustsSystem: Whether system prompts may hold control text: not where a client of a server
  ///     can send them. Default: `true`.
  public init(_ tokenizer: any Tokenizer, trustsSystem: Bool = true) {
    self.tokenizer = tokenizer
    self.trustsSystem = trustsSystem
  }

  /// Tokenises a prompt.
  ///
  /// The model's token for the beginning of a sequence is put in front unless the template wrote it.
  ///
  /// - Parameters:
  ///   - prompt: The rendered prompt.
  ///   - trusted: Messages that may hold control text whatever their role, and that no noise touches.
  ///     Default: none.
  /// - Returns: Its tokens with their spans.
  /// - Throws: `RESTAError` with `engineFailed` when the text cannot be tokenised or aligned.
  /// - Complexity: O(bytes + tokens · log spans) beside the tokeniser's own cost.
  public func tokenize(_ prompt: RenderedPrompt, trusted: Set<Int> = []) throws -> TokenizedPrompt {
    let text = Array(prompt.text.utf8)
    var pieces = try align(text, offset: 0, parsesControl: true)
    let untrusted = prompt.spans.filter {
      !trusted.contains($0.messageIndex) && ($0.role != .system || !trustsSystem)
    }
    let markers = markers(in: pieces, spans: prompt.spans)
    let forged = pieces.contains { piece in
      markers.contains(piece.id) && !untrusted.touching(piece.bytes).isEmpty
    }
    if forged { pieces = try defuse(text, untrusted: untrusted.map(\.range), markers: markers) }
    if let first = tokenizer.beginningOfSequence, pieces.first?.id != first {
      pieces.insert(Piece(id: first, bytes: 0..<0), at: 0)
    }
    return TokenizedPrompt(
      rendered: prompt, tokens: pieces.map { label($0, in: prompt) }, defusedControlText: forged,
      trusted: trusted)
  }

  private struct Piece {
    var id: TokenID
    var bytes: Range<Int>
  }

  private func align(_ text: [UInt8], offset: Int, parsesControl: Bool) throws -> [Piece] {
    let ids = try tokenizer.tokenize(text, parsesControl: parsesControl)
    let ranges = try TokenAlignment(text: text, tokenizer: tokenizer).ranges(of: ids)
    return zip(ids, ranges).map { id, range in
      Piece(id: id, bytes: (range.lowerBound + offset)..<(range.upperBound + offset))
    }
  }

  /// The tokens that content must not become: control tokens, the unknown token, and whatever
  /// other special token the template itself writes.
  ///
  /// Some vocabularies mark their turn markers as ordinary added tokens (`userDefined`), which a
  /// tokeniser finds in any text.
  private func markers(in pieces: [Piece], spans: [RenderedPrompt.ContentSpan]) -> Set<TokenID> {
    var markers: Set<TokenID> = []
    for piece in pieces {
      switch tokenizer.kind(of: piece.id) {
      case .normal: continue
      case .control, .unknown: markers.insert(piece.id)
      case .userDefined:
        let text = tokenizer.bytes(of: piece.id)
        // White space that is an added token is no marker, though templates write it, nor is a letter.
        guard !text.allSatisfy(\.isWhiteSpace), Self.firstCharacter(of: text[...]) < text.count
        else { continue }
        // What an operator's message mentions is no more than a word of it.
        if spans.touching(piece.bytes).isEmpty || Self.looksLikeMarker(text) {
          markers.insert(piece.id)
        }
      }
    }
    return markers
  }

  /// The elements of HTML that Gemma's vocabularies hold as added tokens, but for `s`: sequences begin and
  /// end with that.
  private static let elements = Set(
    ("a b blockquote body caption code div em footer h1 h2 h3 h4 h5 h6 html i iframe img li span "
      + "strong sub sup table tbody td tfoot th thead tr u ul").split(separator: " "))

  /// Whether an added token is written like a marker: `<|...|>`, `<...>` or `[...]`, and is no HTML.
  private static func looksLikeMarker(_ text: [UInt8]) -> Bool {
    guard text.count > 2 else { return false }
    if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") { return true }
    let name = String(decoding: text.dropFirst().dropLast(), as: UTF8.self).drop { $0 == "/" }
    return text.first == UInt8(ascii: "<") && text.last == UInt8(ascii: ">")
      && !elements.contains(name)
  }

  /// Keeps the control tokens that the template or the operator wrote, and tokenises the text
  /// between them with control text disabled: exactly what the tokeniser itself would do if the
  /// content's control strings were ordinary words.
  private func defuse(
    _ text: [UInt8], untrusted: [Range<Int>], markers: Set<TokenID>
  ) throws -> [Piece] {
    var result: [Piece] = []
    // The text since the last control token; nil behind one until its next piece is known, which
    // leaves out white space that the control token swallows.
    var start: Int? = 0
    for segment in Self.gaps(between: untrusted, in: text.count) {
      let pieces = try align(Array(text[segment]), offset: segment.lowerBound, parsesControl: true)
      for (index, piece) in pieces.enumerated() {
        // A control token that content ran into is none in the whole text, but one here.
        guard markers.contains(piece.id) || tokenizer.kind(of: piece.id) == .control else {
          start = start ?? piece.bytes.lowerBound
          continue
        }
        let end = index > 0 ? pieces[index - 1].bytes.upperBound : segment.lowerBound
        if let start, start < end {
          result += try plain(text, start..<end, markers: markers)
        }
        result.append(piece)
        start = nil
      }
      // White space that the last control token swallowed goes on into the content.
      let swallows = (pieces.last?.bytes.upperBound ?? segment.upperBound) < segment.upperBound
      start =
        start ?? (swallows ? Self.nextText(in: text, from: segment.upperBound) : segment.upperBound)
    }
    guard let start, start < text.count else { return result }
    return result + (try plain(text, start..<text.count, markers: markers))
  }

  /// Tokenises a part of the text with control text disabled, and without any of the markers: where
  /// the tokeniser finds one all the same, its first character is tokenised apart from the rest.
  private func plain(
    _ text: [UInt8], _ range: Range<Int>, markers: Set<TokenID>
  ) throws -> [Piece] {
    var cuts = [range.lowerBound, range.upperBound]
    while true {
      var pieces: [Piece] = []
      for (start, end) in zip(cuts, cuts.dropFirst()) {
        // Behind the first cut no space may be added: a byte that no piece of text holds takes the
        // place of what stands in front, and is dropped with the space.
        let front: [UInt8] = start > range.lowerBound && tokenizer.addsSpacePrefix ? [1] : []
        pieces += try align(
          front + text[start..<end], offset: start - front.count, parsesControl: false
        ).filter { front.isEmpty || $0.bytes.upperBound > start }
      }
      let places = pieces.filter { markers.contains($0.id) }.compactMap { piece -> Int? in
        let place = Self.firstCharacter(of: text[piece.bytes])
        return place < piece.bytes.upperBound ? place : nil
      }
      guard !places.isEmpty else { return pieces }
      cuts = (cuts + places).sorted()
    }
  }

  /// Where the first character of a UTF-8 text ends: a tokeniser takes no half of one.
  private static func firstCharacter(of text: ArraySlice<UInt8>) -> Int {
    text.dropFirst().firstIndex { $0 & 0xC0 != 0x80 } ?? text.endIndex
  }

  private static func nextText(in text: [UInt8], from start: Int) -> Int {
    text[start...].firstIndex { !$0.isWhiteSpace } ?? text.count
  }

  /// The ranges of `0..<count` that lie outside of the others, ascending; empty ones included.
  private static func gaps(between ranges: [Range<Int>], in count: Int) -> [Range<Int>] {
    var gaps: [Range<Int>] = []
    var start = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      gaps.append(start..<max(start, range.lowerBound))
      start = max(start, range.upperBound)
    }
    return gaps + [start..<max(start, count)]
  }

  private func label(_ piece: Piece, in prompt: RenderedPrompt) -> PromptToken {
    // Where a token touches two messages, the user's counts: noise errs on the safe side.
    let touched = prompt.spans.touching(piece.bytes)
    let span = touched.first { $0.role == .user } ?? touched.first
    return PromptToken(
      id: piece.id, bytes: piece.bytes, messageIndex: span?.messageIndex, role: span?.role,
      isControl: tokenizer.kind(of: piece.id) == .control)
  }
}
