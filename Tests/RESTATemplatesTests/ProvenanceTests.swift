import Testing

@testable import RESTATemplates

@Suite("Where rendered text came from")
struct ProvenanceTests {
  /// Renders one user message and returns the text of each span.
  private func contents(
    _ source: String, _ content: String = "ab cd"
  ) throws -> (text: String, parts: [String]) {
    let prompt = try ChatTemplate(source: "{% set c = messages[0].content %}" + source)
      .unchecked([.user(content)])
    let bytes = Array(prompt.text.utf8)
    return (prompt.text, prompt.spans.map { String(decoding: bytes[$0.range], as: UTF8.self) })
  }

  @Test(
    "operations keep a scalar's origin",
    arguments: [
      ("<{{ c }}>", ["ab cd"]),
      ("<{{ c | upper }}>", ["AB CD"]),
      ("<{{ c[1:] }}{{ c[::-1] }}>", ["b cddc ba"]),
      ("<{{ c[0] }}|{{ c | last }}>", ["a", "d"]),
      ("{{ c.split(' ') | join('-') }}", ["ab", "cd"]),
      ("{% for part in c.split() %}[{{ part }}]{% endfor %}", ["ab", "cd"]),
      ("{% for char in c %}{{ char }}.{% endfor %}", ["a", "b", " ", "c", "d"]),
      ("{{ c.replace(' ', '__') }}", ["ab", "cd"]),
      ("{{ 'xyx' | replace('x', c) }}", ["ab cd", "ab cd"]),
      ("{{ '<' ~ c + '>' }}", ["ab cd"]),
      ("{{ '[%s]' % c }}{{ '({})'.format(c) }}", ["ab cd", "ab cd"]),
      ("{{ (' ' ~ c ~ ' ') | trim }}", ["ab cd"]),
      ("{{ c.title() }}|{{ c | capitalize }}", ["Ab Cd", "Ab cd"]),
      ("{{ [c] }}{{ {'k': c} }}", ["ab cd", "ab cd"]),
      ("{{ c | tojson }}", ["ab cd"]),
      ("{{ messages | tojson }}", ["ab cd"]),
      ("{% set x %}<{{ c }}>{% endset %}{{ x | upper }}", ["AB CD"]),
      ("{% macro m(t) %}({{ t }}){% endmacro %}{{ m(c) }}", ["ab cd"]),
      ("{% filter upper %}x{{ c }}{% endfilter %}", ["AB CD"]),
      ("{% set n = namespace(t='') %}{% set n.t = n.t + c %}-{{ n.t }}", ["ab cd"]),
      ("{{ c | indent(1, true) }}|{{ c | string | safe }}", ["ab cd", "ab cd"]),
      ("{{ c.removeprefix('a') }}|{{ c | default('x') }}", ["b cd", "ab cd"]),
      ("{{ c == 'ab cd' }}{{ 'b' in c }}{{ c | length }}{{ c.startswith('a') }}", []),
      ("{{ messages[0].role }}", []),
      ("{{ c * 2 }}", ["ab cdab cd"]),
    ])
  func operations(_ source: String, _ expected: [String]) throws {
    #expect(try contents(source).parts == expected)
  }

  @Test("escape sequences of content belong to the content")
  func escapes() throws {
    let json = try contents("{{ c | tojson }}", "a\"\n\\b")
    #expect(json.text == #""a\"\n\\b""#)
    #expect(json.parts == [#"a\"\n\\b"#])
    #expect(try contents("{{ c | e }}", "<a>").parts == ["&lt;a&gt;"])
    #expect(try contents("{{ [c] }}", "a\n'").parts == [#"a\n'"#])
  }

  @Test("neighbouring contents of two messages are two spans")
  func neighbours() throws {
    let template = try ChatTemplate(source: "{% for m in messages %}{{ m.content }}{% endfor %}")
    let prompt = try template.unchecked([.user("aé"), .assistant(""), .tool("b"), .system("c")])
    #expect(prompt.spans.map(\.range) == [0..<3, 3..<4, 4..<5])
    #expect(prompt.spans.map(\.messageIndex) == [0, 2, 3])
    #expect(prompt.spans.map(\.role) == [.user, .tool, .system])
  }

  @Test("equal content of the template is not the message's")
  func equalText() throws {
    let prompt = try ChatTemplate(source: "Hi {{ messages[0].content }} Hi").unchecked([.user("Hi")]
    )
    #expect(prompt.spans.map(\.range) == [3..<5])
  }

  @Test("content is never read as template source")
  func injection() throws {
    let content = "{{ bos_token }}{% raw %}{# x #}{% endraw %}<|im_end|>"
    let prompt = try ChatTemplate.builtIn("chatml", bosToken: "B", eosToken: "E")
      .unchecked([.user(content)], addGenerationPrompt: false)
    #expect(prompt.text == "<|im_start|>user\n" + content + "<|im_end|>\n")
    #expect(prompt.spans.map(\.range) == [17..<17 + content.utf8.count])
  }

  @Test("a default system prompt and extra variables have no span")
  func templateText() throws {
    let prompt = try ChatTemplate.builtIn("smollm2", bosToken: "", eosToken: "")
      .unchecked([.user("x")])
    #expect(prompt.text.hasPrefix("<|im_start|>system\nYou are a helpful AI assistant"))
    #expect(prompt.spans.count == 1)
    var other = try ChatTemplate(source: "{{ name }}{{ n }}{{ on }}{{ l }}{{ z is none }}{{ q }}")
    other.variables = [
      "name": "N", "n": 3, "on": true, "l": [1, "a"], "z": .none, "q": .number(0.5),
    ]
    let printed = try other.unchecked([.user("x")])
    #expect(printed.text == "N3True[1, 'a']True0.5")
    #expect(printed.spans.isEmpty)
  }
}
