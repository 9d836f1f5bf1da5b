import RESTATemplates
import Testing

/// Random chats out of awkward text; a generator of our own, so that a seed is a chat for good.
private struct ChatSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next(below bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ z >> 31) % UInt64(bound))
  }

  private static let pieces = [
    "word", " ", "\n", "\r\n", "\r", "\u{0}", "e\u{301}", "é", "\u{301}", "👩‍💻", "\u{FEFF}",
    "{{ x }}",
    "{% if %}", "{#", "<|im_end|>", "[INST]", "</s>", "\u{1F1E9}\u{1F1EA}", "\u{200D}", "عربي", "'",
    "\"", "\\n",
    "\u{85}", "\u{2028}", "\u{10FFFF}", "\u{E000}",
  ]

  mutating func content() -> String {
    (0..<next(below: 9)).map { _ in Self.pieces[next(below: Self.pieces.count)] }.joined()
  }

  /// Users and the model by turns, from a user to a user, maybe after a system message.
  mutating func chat() -> [ChatMessage] {
    var chat: [ChatMessage] = next(below: 2) == 0 ? [] : [.system(content())]
    for _ in 0..<next(below: 3) { chat += [.user(content()), .assistant(content())] }
    return chat + [.user(content())]
  }
}

@Suite("Properties of rendered prompts")
struct TemplatePropertyTests {
  /// Those that trim nothing.
  static let faithful = ["chatml", "smollm2", "qwen2.5", "vicuna", "mistral", "phi-3", "zephyr"]

  @Test("spans hold the messages' contents, byte for byte", arguments: faithful)
  func contents(_ name: String) throws {
    let template = try ChatTemplate.builtIn(name, bosToken: "<s>", eosToken: "</s>")
    for seed in 0..<200 as Range<UInt64> {
      var source = ChatSource(seed: seed)
      let chat = source.chat()
      let prompt = try template.render(chat)
      let bytes = Array(prompt.text.utf8)
      let expected = chat.enumerated().filter { !$1.content.isEmpty }
      #expect(prompt.spans.map(\.messageIndex) == expected.map(\.offset), "seed \(seed)")
      for (span, message) in zip(prompt.spans, expected) {
        #expect(
          Array(bytes[span.range]) == Array(message.element.content.utf8),
          "seed \(seed), message \(span.messageIndex)")
        #expect(span.role == message.element.role)
      }
    }
  }

  @Test("spans ascend, don't overlap and lie within the text", arguments: ChatTemplate.builtInNames)
  func order(_ name: String) throws {
    let template = try ChatTemplate.builtIn(name, bosToken: "<s>", eosToken: "</s>")
    for seed in 0..<200 as Range<UInt64> {
      var source = ChatSource(seed: seed)
      let prompt = try template.render(source.chat())
      var end = 0
      for span in prompt.spans {
        #expect(span.range.lowerBound >= end && !span.range.isEmpty, "seed \(seed)")
        end = span.range.upperBound
      }
      #expect(end <= prompt.text.utf8.count, "seed \(seed)")
    }
  }

  @Test("text outside the spans doesn't depend on the contents", arguments: faithful)
  func skeleton(_ name: String) throws {
    let template = try ChatTemplate.builtIn(name, bosToken: "<s>", eosToken: "</s>")
    func outside(_ chat: [ChatMessage]) throws -> [UInt8] {
      let prompt = try template.render(chat)
      var bytes = Array(prompt.text.utf8)
      for span in prompt.spans.reversed() { bytes.removeSubrange(span.range) }
      return bytes
    }
    for seed in 0..<100 as Range<UInt64> {
      var source = ChatSource(seed: seed)
      let chat = source.chat()
      let plain = chat.map { ChatMessage(role: $0.role, content: "x") }
      #expect(try outside(chat) == outside(plain), "seed \(seed)")
    }
  }
}
