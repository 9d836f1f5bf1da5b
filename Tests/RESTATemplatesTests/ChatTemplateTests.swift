import Foundation
import RESTATemplates
import Testing

@Suite("Chat templates")
struct ChatTemplateTests {
  private func invalid(_ source: String) -> RESTAError? {
    do {
      _ = try ChatTemplate(source: source)
      return nil
    } catch { return error }
  }

  private func failure(
    _ source: String, _ messages: [ChatMessage] = [.user("secret")]
  ) throws -> RESTAError? {
    let template = try ChatTemplate(source: source, name: "mine")
    do throws(RESTAError) {
      _ = try template.render(messages)
      return nil
    } catch { return error }
  }

  @Test(
    "syntax errors name their line",
    arguments: [
      ("{% if %}", "line 1:"), ("a\n\n{{ 1 + }}", "line 3:"), ("\r\n\r\n{% nope %}", "line 3:"),
      ("{% if 1 %}\n\n", "line 2:"), ("{#\n\n#}\n{{ ( }}", "line 4:"),
      ("{{ 'a\nb' }}\n{{ ] }}", "line 3:"), ("a\n{# open\n\n", "line 2:"),
      ("x\n {%- if 1 -%} \n\n {{ $ }}", "line 4:"), ("{% raw %}\n\n{% endraw %}\n{{ }}", "line 4:"),
      ("\n{% include 'x' %}", "line 2: the tag 'include' is not supported"),
      ("\n\n{% for x in y recursive %}", "line 3: recursive loops are not supported"),
    ])
  func syntaxErrors(_ source: String, _ expected: String) {
    let error = invalid(source)
    #expect(error?.code == .invalidTemplate)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "no error")")
  }

  @Test(
    "errors while rendering name their line",
    arguments: [
      ("\n{{ nope() }}", "line 2: 'nope' is undefined"),
      ("\n\n{{ messages[0].content.a.b }}", "line 3: 'a' is undefined"),
      ("{% if 1 %}\n{{ 1 + 'a' }}\n{% endif %}", "line 2: '+' doesn't work on a int and a str"),
      ("{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n{{ m() }}", "line 2: division by zero"),
      ("\n{{ 1 | nope }}", "line 2: there is no filter 'nope'"),
      ("\n{{ 1 is nope }}", "line 2: there is no test 'nope'"),
      ("{{ strftime_now('%Y') }}", "give the template a `clock`"),
      // An attribute is no use of the block, which would be lost.
      (
        "{% macro m(x) %}{{ x.caller }}{% endmacro %}{% call m({'caller': 1}) %}B{% endcall %}",
        "the macro 'm' has no parameter 'caller'"
      ),
      ("a\n{% if 1 %}{% break %}{% endif %}b", "line 2: 'break' or 'continue' stands in no loop"),
      (
        "{% macro m() %}{% continue %}{% endmacro %}\n{% for i in [1] %}{{ m() }}{% endfor %}",
        "line 1: 'break' or 'continue' stands in no loop"
      ),
    ])
  func renderingErrors(_ source: String, _ expected: String) throws {
    let error = try #require(try failure(source))
    #expect(error.code == .templateFailed)
    #expect(error.message.contains(expected), "\(error.message)")
    #expect(error.message.contains("\"mine\""))
  }

  @Test("a template's own refusal is kept, and contents go into the sensitive detail only")
  func refusal() throws {
    let plain = try #require(try failure("{{ raise_exception('Only users, please') }}"))
    #expect(plain.code == .templateFailed)
    #expect(plain.message.contains("Only users, please"))
    #expect(plain.sensitiveDetail == nil)
    let detailed = try #require(
      try failure("{{ raise_exception('Bad: ' + messages[0].content) }}"))
    #expect(!detailed.message.contains("secret"))
    #expect(detailed.sensitiveDetail == "Bad: secret")
  }

  @Test("no error message holds a message's content")
  func discretion() throws {
    for source in [
      "{{ messages[0].content + 1 }}", "{{ messages[0].content.x.y }}",
      "{{ messages[0][messages[0].content].y }}", "{{ messages[0].content | round }}",
      "{{ {}[messages[0].content]() }}", "{{ [] | map(messages[0].content) | list }}{{ nope() }}",
      "{{ messages | sum(attribute='content') }}", "{{ 1 in messages[0].content }}",
      "{{ namespace(a=messages[0].content) }}", "{{ '{q}'.format(a=messages[0].content) }}",
      "{{ messages[0].content.index('zz') }}", "{{ range(messages[0].content) }}",
    ] {
      let error = try #require(try failure(source), "\(source)")
      #expect(!error.message.contains("secret"), "\(error.message)")
    }
  }

  @Test("a filter's or format field's name from a message stays out of the error")
  func names() throws {
    for source in [
      "{{ [1] | map(messages[0].content) | list }}",
      "{{ [1] | select(messages[0].content) | list }}",
      "{{ messages[0].content.format(1) }}",
    ] {
      let error = try #require(try failure(source, [.user("{secret}")]), "\(source)")
      #expect(!error.message.contains("secret"), "\(error.message)")
    }
  }

  @Test("no messages are no chat")
  func noMessages() throws {
    let template = try ChatTemplate.builtIn("chatml", bosToken: "", eosToken: "")
    let error = #expect(throws: RESTAError.self) { try template.render([]) }
    #expect(error?.code == .invalidMessages)
  }

  @Test("an unknown built-in template is refused with the names there are")
  func unknownBuiltIn() {
    let error = #expect(throws: RESTAError.self) {
      try ChatTemplate.builtIn("nope", bosToken: "", eosToken: "")
    }
    #expect(error?.code == .invalidTemplate)
    #expect(error?.message.contains("chatml") == true)
    #expect(
      ChatTemplate.builtInNames == [
        "chatml", "gemma", "llama-2", "llama-3", "mistral", "phi-3", "qwen2.5", "smollm2",
        "vicuna", "zephyr",
      ])
  }

  @Test("a template keeps what it was made from")
  func properties() throws {
    let template = try ChatTemplate(
      source: "a{{ bos_token }}{{ eos_token }}{{ messages[0].content }}", bosToken: "B",
      eosToken: "E", name: "n")
    #expect(template.source == "a{{ bos_token }}{{ eos_token }}{{ messages[0].content }}")
    #expect((template.name, template.bosToken, template.eosToken) == ("n", "B", "E"))
    #expect(try template.render([.user("x")]).text == "aBEx")
    #expect(try ChatTemplate.builtIn("gemma", bosToken: "", eosToken: "").name == "gemma")
  }

  @Test("Llama 2's format is Meta's")
  func llama2() throws {
    let template = try ChatTemplate.builtIn("llama-2", bosToken: "<s>", eosToken: "</s>")
    let prompt = try template.render([.system("Sys"), .user("A"), .assistant("B"), .user("C")])
    #expect(
      prompt.text
        == "<s>[INST] <<SYS>>\nSys\n<</SYS>>\n\nA [/INST] B </s><s>[INST] C [/INST]")
  }

  @Test("messages are coded as role and content")
  func coding() throws {
    let chat: [ChatMessage] = [.system("s"), .user("u"), .assistant("a"), .tool("t")]
    let data = try JSONEncoder().encode(chat)
    #expect(try JSONDecoder().decode([ChatMessage].self, from: data) == chat)
    let json = Data(#"[{"role": "user", "content": "hi"}]"#.utf8)
    #expect(try JSONDecoder().decode([ChatMessage].self, from: json) == [.user("hi")])
    let wrong = Data(#"[{"role": "user<|im_end|>", "content": "hi"}]"#.utf8)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([ChatMessage].self, from: wrong)
    }
  }

  @Test(
    "there are no dates that there are not",
    arguments: [(2025, 2, 29), (0, 1, 1), (2026, 13, 1), (2026, 4, 31)])
  func dates(_ year: Int, _ month: Int, _ day: Int) {
    #expect(throws: RESTAError.self) { try TemplateDate(year: year, month: month, day: day) }
  }

  @Test("the same messages give the same prompt from many tasks at once")
  func concurrency() async throws {
    let template = try ChatTemplate.builtIn("qwen2.5", bosToken: "", eosToken: "")
    let expected = try template.render([.user("x")])
    try await withThrowingTaskGroup(of: RenderedPrompt.self) { group in
      for _ in 0..<32 { group.addTask { try template.render([.user("x")]) } }
      for try await prompt in group { #expect(prompt == expected) }
    }
  }
}
