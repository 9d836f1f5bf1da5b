import Foundation
import RESTATesting
import Testing

@testable import RESTATemplates

/// What templates may do to the messages' words, and what they may not.
@Suite("No message's words are lost")
struct ContentCheckTests {
  private static let loop = "{% for m in messages %}<{{ m.role }}>"

  @Test(
    "templates may trim, escape, change case, split at white space and repeat",
    arguments: [
      "{{ m.content }}", "{{ m.content | trim }}", "{{ m.content | upper }}",
      "{{ m.content.title() }}", "{{ m.content | tojson }}", "{{ m.content | e }}",
      "{{ [m.content] }}", "{{ m.content.split() | join('-') }}",
      "{{ m.content | replace(' ', '\u{2581}') }}", "{{ m.content[:3] }}…{{ m.content }}",
      "{% for line in m.content.splitlines() %}> {{ line }}\n{% endfor %}",
      "{% for c in m.content %}{{ c }}.{% endfor %}", "{{ m.content | indent(2) }}",
      "{{ m.content | replace('zz', 'y') }}", "{{ messages | tojson }}",
    ])
  func kept(_ body: String) throws {
    let template = try ChatTemplate(source: Self.loop + body + "{% endfor %}")
    let chat: [ChatMessage] = [
      .system(" Be \"brief\" & kind.\n"), .user("\t<b>Straße</b>\r\n\r\n  two İ"),
      .assistant("a b"), .tool("{\"x\": [1, 2]}"), .user("ok"),
    ]
    #expect(throws: Never.self) { try template.render(chat) }
    #expect(throws: Never.self) { try template.render([.user(" \n ")]) }
  }

  /// The rest of a template, and the message of `chat` that it loses.
  private static let losing: [(source: String, lost: String)] = [
    ("{{ messages[-1].content }}", "messages[0] (role system)"),
    (
      "{% for m in messages if m.role != 'tool' %}{{ m.content }}{% endfor %}",
      "messages[3] (role tool)"
    ),
    ("{% for m in messages[1:] %}{{ m.content }}{% endfor %}", "messages[0] (role system)"),
    ("{% for m in messages[-3:] %}{{ m.content }}{% endfor %}", "messages[0] (role system)"),
    (
      "{% for m in messages if m.role != 'assistant' %}{{ m.content }}{% endfor %}",
      "messages[2] (role assistant)"
    ),
    (loop + "{{ m.content[:12] }}{% endfor %}", "a part of messages[0] (role system)"),
    (loop + "{{ m.content[1:] }}{% endfor %}", "a part of messages[0]"),
    (loop + "{{ m.content[::-1] }}{% endfor %}", "a part of messages[0]"),
    (loop + "{{ m.content.split() | join }}{% endfor %}", "a part of messages[0]"),
    (loop + "{{ m.content.split() | sort | join(' ') }}{% endfor %}", "a part of messages[0]"),
    (
      loop + "{{ m.content | replace('forget', '') }}{% endfor %}",
      "a part of messages[1] (role user)"
    ),
    (
      loop + "{{ m.content.split('</think>')[-1] }}{% endfor %}",
      "a part of messages[1] (role user)"
    ),
    (loop + "{{ m.content | wordcount }}{% endfor %}", "leaves out messages[0]"),
    (loop + "{{ m.content == 'x' }}{% endfor %}", "leaves out messages[0]"),
    (loop + "{{ m.value }}{% endfor %}", "leaves out messages[0]"),
    ("{# nothing #}", "messages[0]"), ("<|im_start|>", "messages[0]"),
  ]

  @Test("a template that loses words fails by name", arguments: losing)
  func lost(_ source: String, _ place: String) throws {
    let template = try ChatTemplate(source: source, name: "mine")
    let chat: [ChatMessage] = [
      .system("Answer in German."), .user("Please forget </think> it."),
      .assistant("<think>hm</think>Yes."), .tool("Sunny"), .user("So?"),
    ]
    let error = #expect(throws: RESTAError.self) { try template.render(chat) }
    #expect(error?.code == .templateFailed)
    #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("\"mine\"") == true)
    #expect(error?.message.contains("German") == false)
  }

  @Test("whose message it is can be told behind an operator's")
  func numbering() throws {
    let template = try ChatTemplate(source: "{{ messages[1].content }}")
    let second = #expect(throws: RESTAError.self) {
      try template.render([.user("a"), .user("b")], behind: [.system("")])
    }
    #expect(second?.message.contains("messages[1] (role user)") == true)
    let own = #expect(throws: RESTAError.self) {
      try template.render([.user("a")], behind: [.system("s")])
    }
    #expect(own?.message.contains("the operator's system message") == true)
  }

  @Test(
    "the thoughts of the model's own turns may be left out or written again, and no others",
    arguments: [
      "<think>\nhm\n</think>\n\nYes", "hm</think> Yes", "[THINK]hm[/THINK]Yes",
      "<seed:think>hm</seed:think>Yes", "<think>a</think>b<think>c</think>Yes",
    ])
  func thoughts(_ answer: String) throws {
    let template = try ChatTemplate(
      source: Self.loop + "{{ 'Yes' in m.content and m.content[-3:] or m.content }}{% endfor %}")
    #expect(throws: Never.self) {
      try template.render([.user("a"), .assistant(answer), .user("b")])
    }
    #expect(throws: RESTAError.self) { try template.render([.user(answer)]) }
    #expect(throws: RESTAError.self) { try template.render([.tool(answer)]) }
    #expect(throws: RESTAError.self) { try template.render([.assistant("Maybe </think>No, Yes")]) }
  }

  @Test("a participant's name is content of the message for whoever adds noise")
  func names() throws {
    let template = try ChatTemplate(
      source:
        "{% for m in messages %}{{ m.role }} {{ m.name | default('?') }}: {{ m.content }}\n{% endfor %}"
    )
    let prompt = try template.render([
      ChatMessage(role: .user, content: "Hi", name: "Eve"), .assistant("Yes"),
    ])
    #expect(prompt.text == "user Eve: Hi\nassistant ?: Yes\n")
    let bytes = Array(prompt.text.utf8)
    #expect(
      prompt.spans.map { String(decoding: bytes[$0.range], as: UTF8.self) } == ["Eve", "Hi", "Yes"])
    #expect(prompt.spans.map(\.messageIndex) == [0, 0, 1])
    // A name is no content: one that holds the same words does not stand in for it.
    let other = try ChatTemplate(source: "{{ messages[0].name }}")
    #expect(throws: RESTAError.self) {
      try other.render([ChatMessage(role: .user, content: "Hi", name: "Hi")])
    }
  }

  @Test(
    "templates that want parts get parts",
    arguments: [
      "{% for p in m.content %}{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}{% endfor %}",
      "{% for p in m['content'] | selectattr('type', 'equalto', 'text') %}{{ p.text }}{% endfor %}",
      "{{ m.content[0].text }}", "{{ m.content | map(attribute='text') | join }}",
      "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}",
      "{% if m.role == 'user' %}{{ m.content[0]['text'] }}{% else %}{{ m.content }}{% endif %}",
      "{% if m.role == 'system' %}{{ m.content[0]['text'] }}{% else %}{{ m.content }}{% endif %}",
      "{% if m.role != 'system' %}{{ m.content[0]['text'] }}{% else %}{{ m.content }}{% endif %}",
      "{% if m.content[0].type != 'text' %}{{ raise_exception('no text') }}{% endif %}{{ m.content[0].text }}",
    ])
  func parts(_ body: String) throws {
    let template = try ChatTemplate(source: Self.loop + body + "{% endfor %}")
    let chat: [ChatMessage] = [
      .system("Sys"), .user("Hé"), .assistant("Yes"), .tool("t"), .user(""),
    ]
    let prompt = try template.render(chat)
    #expect(prompt.text == "<system>Sys<user>Hé<assistant>Yes<tool>t<user>")
    #expect(prompt.spans.map(\.range) == [8..<11, 17..<20, 31..<34, 40..<41])
    #expect(prompt.spans.map(\.messageIndex) == [0, 1, 2, 3])
  }

  @Test("what cannot be used is found with a short message, and an operator's prompt is named")
  func start() throws {
    func check(_ source: String, system: String?) -> String? {
      do throws(RESTAError) {
        try ChatTemplate(source: source).check(system: system, setting: "prompt.system")
        return nil
      } catch { return error.message }
    }
    let first =
      "{% if messages[0].role != 'user' %}{{ raise_exception('no system role') }}{% endif %}"
    let all = "{% for m in messages %}{{ m.content }}{% endfor %}"
    #expect(check(first + all, system: nil) == nil)
    #expect(
      check(first + all, system: "Be brief.")?.hasPrefix("prompt.system cannot be used") == true)
    #expect(check(first + all, system: "Be brief.")?.contains("no system role") == true)
    #expect(check("{{ messages[-1].content }}", system: "x")?.hasPrefix("prompt.system") == true)
    #expect(check(all, system: "Be brief.") == nil)
    for source in [
      "{# #}", "{{ messages[0].content[5:] }}", "{{ nope() }}", "{{ messages[1].content }}",
    ] {
      #expect(check(source, system: nil)?.contains("cannot be used") == true, "\(source)")
      #expect(check(source, system: "x")?.contains("--chat-template") == true, "\(source)")
    }
    #expect(throws: Never.self) {
      try ChatTemplate(source: "{{ messages[0].content }}{{ messages[1].content.strip() }}").check(
        mayEndWithAnswer: true)
    }
  }

  @Test(
    "an empty template is none, and a byte order mark is no part of one",
    arguments: ["", " \n\t\r\n", "\u{FEFF}", "\u{FEFF}\n"])
  func empty(_ source: String) throws {
    let error = #expect(throws: RESTAError.self) { try ChatTemplate(source: source) }
    #expect(error?.code == .invalidTemplate)
    #expect(error?.message.contains("--chat-template") == true)
    let marked = try ChatTemplate(
      source: "\u{FEFF}{% for m in messages %}\r\n{{ m.content }}\r\n{% endfor %}\r\n")
    #expect(try marked.render([.user("a\r\nb")]).text == "a\r\nb\n")
  }
}
