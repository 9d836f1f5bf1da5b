import Foundation
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

  /// Any roles in any order, each word once; the model's turns may begin with thoughts.
  mutating func disorder() -> [ChatMessage] {
    var words = 0
    return (0...next(below: 6)).map { index in
      let said = (0...next(below: 3)).map { _ in
        words += 1
        return "word\(words)x" + [" ", "\n", "\r\n\t"][next(below: 3)]
      }.joined()
      let role = index == 0 ? .user : ChatMessage.Role.allCases[next(below: 4)]
      let thinks = role == .assistant && next(below: 2) == 0
      return ChatMessage(
        role: role, content: (thinks ? "<think>\nhm\n</think>\n" : " ") + said,
        name: next(below: 4) == 0 ? "name\(index)" : nil)
    }
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

  /// By search in the text, and so without the origins that the check itself goes by.
  @Test(
    "whatever the conversation, every word is in the prompt in its order, or there is none",
    arguments: ChatTemplate.builtInNames + ModelTemplates.names)
  func words(_ name: String) throws {
    let file = ModelTemplates.folder.appending(path: name)
    var template: ChatTemplate
    if ChatTemplate.builtInNames.contains(name) {
      template = try .builtIn(name, bosToken: "<s>", eosToken: "</s>")
    } else if let data = FileManager.default.contents(atPath: file.path) {
      template = try ChatTemplate(source: String(decoding: data, as: UTF8.self))
    } else {
      try #require(!ModelTemplates.isRequired, "\(file.path) is missing")
      return
    }
    let date = try TemplateGolden.now()
    template.clock = { date }
    // Some use these unasked.
    template.variables = ["tools": [], "functions": "", "datetime": ""]
    var rendered = 0
    for seed in 0..<40 as Range<UInt64> {
      var source = ChatSource(seed: seed)
      let chat = source.disorder()
      guard let text = try? template.render(chat).text else { continue }
      rendered += 1
      for message in chat {
        let said = message.content.split(separator: "</think>").last ?? ""
        var rest = text[...]
        for word in said.split(whereSeparator: \.isWhitespace) {
          let found = rest.range(of: word)
          #expect(found != nil, "seed \(seed): '\(word)' of \(message.role)")
          rest = rest[(found?.upperBound ?? rest.startIndex)...]
        }
      }
    }
    #expect(rendered > 0)
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
