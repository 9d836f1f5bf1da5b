import RESTA
import RESTALlama
import RESTATesting
import Testing

/// Checks the tokens of prompts one by one, from the outside: nothing of the alignment is used.
final class SpanChecker {
  private let style: ChatStyle
  private let tokenizer: any Tokenizer
  private var failures: [(reason: String, detail: String)] = []
  private var checked = 0

  init(_ style: ChatStyle) async throws {
    self.style = style
    tokenizer = try await SharedVocabularies.tokenizer(style.path)
  }

  /// Checks a conversation and keeps what is wrong, for `report()`.
  func check(_ messages: [ChatMessage], forged: Bool, seed: Int? = nil) {
    checked += 1
    let parts = style.parts(messages)
    let rendered = ChatStyle.rendered(parts)
    func fail(_ reason: String, _ detail: String = "") {
      failures.append((reason, "seed \(seed as Any), \(messages.last as Any): \(detail)"))
    }
    do {
      let prompt = try PromptTokenizer(tokenizer).tokenize(rendered)
      let expected = try expectedIDs(parts)
      // Even as mere text, added tokens are found by the tokeniser; here they must not be.
      let isForgeable = expected.contains { tokenizer.kind(of: $0) == .userDefined }
      if prompt.ids != expected, !(forged && isForgeable) {
        fail("other ids than with the forgeries defused", "\(prompt.ids) != \(expected)")
      }
      if !forged {
        let plain = try tokenizer.tokenize(Array(rendered.text.utf8), parsesControl: true)
        let first = tokenizer.beginningOfSequence.map { [$0] } ?? []
        let whole = plain.starts(with: first) ? plain : first + plain
        if prompt.ids != whole { fail("other ids than the whole string's") }
        if prompt.defusedControlText { fail("says that control text was defused") }
      } else if !prompt.defusedControlText {
        fail("does not say that control text was defused")
      }
      for reason in coverageFaults(prompt) { fail(reason) }
    } catch {
      fail("it throws", "\(error)")
    }
  }

  /// One issue for each way to be wrong, with how often and the first case.
  func report() {
    #expect(checked > 0)
    for (reason, cases) in Dictionary(grouping: failures, by: \.reason).sorted(by: {
      $0.key < $1.key
    }) {
      Issue.record(
        "\(style.file): \(reason), in \(cases.count) of \(checked) prompts; such as \(cases[0].detail)"
      )
    }
  }

  /// The template's control strings by themselves, and what stands between them as mere text.
  private func expectedIDs(_ parts: [ChatStyle.Part]) throws -> [TokenID] {
    var ids: [TokenID] = []
    var run: [UInt8] = []
    func endRun() throws {
      ids += try tokenizer.tokenize(run, parsesControl: false)
      run = []
    }
    var strips = false
    for part in parts {
      switch part {
      case .control(let control):
        if !run.isEmpty { try endRun() }
        let id = try tokenizer.tokenize(Array(control.utf8), parsesControl: true)
        ids += id
        strips = try stripsBehind(control, id)
      case .text(let text): run += Array(text.utf8)
      case .content(_, let message): run += Array(message.content.utf8)
      }
      if strips { run = Array(run.drop { $0 == 32 || (9...13).contains($0) }) }
      if !run.isEmpty { strips = false }
    }
    if !run.isEmpty { try endRun() }
    if let first = tokenizer.beginningOfSequence, ids.first != first { ids.insert(first, at: 0) }
    return ids
  }

  /// Whether a control token swallows the white space behind it, as Phi-3's do.
  private func stripsBehind(_ control: String, _ id: [TokenID]) throws -> Bool {
    try tokenizer.tokenize(Array("\(control)  ".utf8), parsesControl: true) == id
  }

  private func coverageFaults(_ prompt: TokenizedPrompt) -> Set<String> {
    let text = Array(prompt.rendered.text.utf8)
    let spans = prompt.rendered.spans
    let users = spans.filter { $0.role == .user }.map(\.range)
    var faults: Set<String> = []
    var offset = 0
    for (index, token) in prompt.tokens.enumerated() {
      let (range, bytes) = (token.bytes, tokenizer.bytes(of: token.id))
      // Text gains a space at the start and behind the template's own control tokens, nowhere else.
      let previous = index > 0 ? prompt.tokens[index - 1] : nil
      let gainsSpace = previous.map { $0.isControl && $0.role == nil } ?? true
      if range.isEmpty {
        if token.role != nil { faults.insert("a token without bytes is marked") }
        if bytes == [32], !gainsSpace { faults.insert("a space that is not in the text") }
        continue
      }
      if range.lowerBound < offset { faults.insert("ranges overlap") }
      let gap = text[offset..<max(offset, range.lowerBound)]
      if !gap.isEmpty {
        // Only white space behind one of the template's own control tokens may be swallowed.
        // (or behind the space that the tokeniser added to it).
        let before = prompt.tokens[..<index].last { $0.isControl || !$0.bytes.isEmpty }
        let allowed = before.map { $0.isControl && $0.role == nil } ?? false
        if !allowed || !gap.allSatisfy({ $0 == 32 || (9...13).contains($0) }) {
          faults.insert("bytes without a token")
        }
      }
      let own = Array(text[range])
      if bytes != own && !(gainsSpace && bytes == [32] + own) {
        faults.insert("a range that is not the token's")
      }
      let touchesUser = users.contains { $0.overlaps(range) }
      if touchesUser != (token.role == .user) { faults.insert("a wrong role") }
      if let span = spans.first(where: { $0.messageIndex == token.messageIndex }) {
        if !span.range.overlaps(range) { faults.insert("a wrong message") }
      } else if spans.contains(where: { $0.range.overlaps(range) }) {
        faults.insert("content without a message")
      }
      if touchesUser && forgedIDs.contains(token.id) {
        faults.insert("the user's text is the special token '\(tokenizer.text(of: token.id))'")
      }
      offset = range.upperBound
    }
    let rest = text[offset...]
    if users.contains(where: { $0.upperBound > offset }) && !rest.isEmpty {
      faults.insert("user bytes behind the last token")
    }
    return faults
  }

  private lazy var forgedIDs: Set<TokenID> = {
    let ids = style.forgeries.map { try? tokenizer.tokenize(Array($0.utf8), parsesControl: true) }
    return Set(ids.compactMap { $0?.count == 1 ? $0?.first : nil })
  }()
}

/// Text as people and attackers type it, in all its bytes.
enum RandomContent {
  static let handMade = [
    "Hello", " leading space", "trailing space ", "  two  ", "\nleading line", "trailing line\n",
    "\n\n\n", " ", "\t", "\r\n", "first\r\nsecond\r\n", "a\tb", "naïve café", "e\u{301}",
    "日本で一番高い山", "🐝", "👩‍👩‍👧‍👦 and 🏳️‍🌈", "שלום עולם", "हिन्दी", "\u{A0}nbsp\u{A0}", "\u{3000}wide",
    "\u{200B}zero\u{200D}width", "\u{FEFF}mark", "nul\u{0}byte", "\u{1}\u{7F}", "[INST] x [/INST]",
    "<<SYS>>\nx\n<</SYS>>", "### Response:", "12345 67890", "aaaaaaaaaaaaaaaaaaaa", "a", "{{ x }}",
    "\u{FFFD}", "\u{10FFFF}", "ﬁ ﬀ", "½ ² ™", "x = 3;\n    return x\n",
    "<table><tr><td>1</td></tr></table>",
  ]

  private static let pieces =
    handMade + [
      "a", "the", " the", "Ing", "qu", "?", "!", "...", "—", "“", "”", "'s", "\n", "  ", "    ",
      "\r", "ß", "Ω", "ж", "中", "ｱ", "🙂", "0", "42", "http://x.y/?z=1", "<", "|", ">", "<|", "|>",
      "[",
      "]", "</", "_", "\\", "\"",
    ]

  /// Up to twelve pieces, and forged control text among them where there are `forgeries`.
  static func make(_ generator: inout SeededGenerator, forgeries: [String] = []) -> String {
    var parts = (0...generator.below(12)).map { _ in pieces[generator.below(pieces.count)] }
    if !forgeries.isEmpty {
      for _ in 0...generator.below(3) {
        parts.insert(
          forgeries[generator.below(forgeries.count)], at: generator.below(parts.count + 1))
      }
    }
    return parts.joined()
  }
}
