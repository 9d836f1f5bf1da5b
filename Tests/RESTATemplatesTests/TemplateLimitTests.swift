import Foundation
import Testing

@testable import RESTATemplates

@Suite("Limits on templates")
struct TemplateLimitTests {
  private func fails(_ source: String, because reason: String, limits: JinjaLimits = .standard) {
    do {
      let template = try ChatTemplate(source: source)
      let prompt = try template.unchecked([.user("x")], limits: limits)
      Issue.record("rendered \(prompt.text.utf8.count) bytes")
    } catch {
      #expect(error.message.contains(reason), "\(error.message)")
    }
  }

  /// Whether rendering takes less than a minute.
  ///
  /// Its own time: a limit of the test's counts what other tests keep it waiting. Tried more than once, because a machine
  /// may stand still for as long.
  private func isQuick(_ source: String, _ isRight: (String) -> Bool) throws -> Bool {
    try (0..<3).contains { _ in
      let start = ContinuousClock.now
      let text = try ChatTemplate(source: source).unchecked([.user("x")]).text
      let isExpected = isRight(text)
      #expect(isExpected)
      return ContinuousClock.now - start < .seconds(60)
    }
  }

  /// Runs on a thread with the stack of a secondary thread on macOS, the smallest there is.
  private func onSmallStack(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        body()
        continuation.resume()
      }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  @Test(
    "source that nests too deep is refused, also on a small stack",
    arguments: [
      ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("-", "1", ""), ("f(", "1", ")"),
      ("x[", "1", "]"), ("1 if ", "1", ""), ("1 if 1 else ", "1", ""), ("not ", "1", ""),
      ("x|f(", "1", ")"), ("1 is in ", "1", ""), ("1 is in [", "1", "]"), ("a ~ (b + (", "1", "))"),
    ])
  func brackets(_ opening: String, _ core: String, _ closing: String) async {
    await onSmallStack {
      for count in [20, 30, 5000] {
        let source =
          "{{ " + String(repeating: opening, count: count) + core
          + String(repeating: closing, count: count) + " }}"
        let template = try? ChatTemplate(source: source)
        if count == 5000, opening != "1 is in " { #expect(template == nil, "\(opening)") }
        _ = try? template?.unchecked([.user("x")])
      }
    }
  }

  @Test("blocks that nest too deep are refused, also on a small stack")
  func blocks() async {
    await onSmallStack {
      for tag in [
        "if 1", "for x in [1]", "set x", "macro m()", "filter upper", "with", "generation",
      ] {
        let name = tag.prefix { $0 != " " }
        for count in [20, 30, 5000] {
          let source =
            String(repeating: "{% \(tag) %}", count: count) + "a"
            + String(repeating: "{% end\(name) %}", count: count)
          let template = try? ChatTemplate(source: source)
          #expect((template == nil) == (count == 5000), "\(tag) \(count)")
          _ = try? template?.unchecked([.user("x")])
        }
      }
    }
  }

  @Test("long chains need no stack")
  func chains() async {
    await onSmallStack {
      let chains = [
        String(repeating: "1 + ", count: 20_000), String(repeating: "1 ~ ", count: 20_000),
        String(repeating: "1 and ", count: 20_000), String(repeating: "0 or ", count: 20_000),
        String(repeating: "1 * 2 ~ ", count: 5000),
      ]
      for chain in chains {
        let template = try? ChatTemplate(source: "{{ " + chain + "1 }}")
        #expect(throws: Never.self) { try template?.unchecked([.user("x")]) }
        #expect(template != nil)
      }
      let filters = "{{ 'a'" + String(repeating: "|trim", count: 20_000) + " }}"
      #expect((try? ChatTemplate(source: filters).unchecked([.user("x")]).text) == "a")
      let branches = String(repeating: "{% elif 0 %}", count: 20_000)
      let branch = "{% if 0 %}" + branches + "{% else %}b{% endif %}"
      #expect((try? ChatTemplate(source: branch).unchecked([.user("x")]).text) == "b")
    }
  }

  @Test("endless recursion ends, also on a small stack")
  func recursion() async {
    let templates = [
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro m() %}{% for x in [1] %}{% if 1 %}{{ [m() ~ ''] }}{% endif %}{% endfor %}{% endmacro %}{{ m() }}",
      "{% macro m() %}{{ caller() }}{% call m() %}{% endcall %}{% endmacro %}{% call m() %}{% endcall %}",
      "{% macro a() %}{{ b() | upper }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
      "{% macro m(x=m()) %}{% endmacro %}{{ m() }}",
    ]
    await onSmallStack {
      for source in templates { fails(source, because: "nested deeper than") }
    }
  }

  @Test("lists that nest too deep are refused")
  func lists() {
    fails(
      "{% set n = namespace(x=[]) %}{% for i in range(99) %}{% set n.x = [n.x] %}{% endfor %}",
      because: "lists are nested deeper")
    fails(
      "{% set n = namespace(x={}) %}{% for i in range(99) %}{% set n.x = {'a': n.x} %}{% endfor %}",
      because: "lists are nested deeper")
  }

  @Test(
    "text that grows without end is refused before it is made",
    arguments: [
      "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
      "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
      "{{ 'ab' * 9223372036854775807 }}", "{{ 'ab' * 4000000000 }}",
      "{% set n = namespace(x='aa') %}{% for i in range(99) %}{% set n.x = n.x.replace('a', n.x) %}{% endfor %}",
      "{% set s = 'a' * 100000 %}{{ s.replace('', s) }}",
      "{% set s = 'a' * 99999 %}{{ s.join(s) }}",
      "{% set s = 'a' * 99999 %}{{ s | list | join(s) }}",
      "{% set s = 'x' * 1000000 %}{{ ([s] * 1000) | join }}",
      "{% set s = 'x' * 1000000 %}{{ ([s] * 1000) | string }}",
      "{% set s = 'x' * 1000000 %}{{ ([s] * 1000) | tojson }}",
      "{% set s = 'a\n' * 100000 %}{{ s | indent('a' * 100000) }}",
      "{% for i in range(99999) %}{{ 'x' * 10000 }}{% endfor %}",
      "{% set s = '{}' * 1000 %}{% set t = 'x' * 1000000 %}{{ '{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'.format(t) }}",
    ])
  func text(_ source: String) {
    fails(source, because: "characters of text")
  }

  @Test(
    "a long text that is hashed or read whole is paid for",
    arguments: [
      "s in {'a': 1}", "{'a': 1}.get(s)", "{'a': 1}[s]", "[1][s]", "{s: 1}|length", "s|int",
      "s|float", "[1]|map(attribute=s)|list", "'a'|attr(s)", "dict([[s, 1]])|length",
      "[s]|unique(case_sensitive=true)|list|length", "f % l",
    ])
  func paid(_ expression: String) {
    var limits = JinjaLimits.standard
    limits.scalars = 1_000_000
    fails(
      "{% set s = 'a' * 100000 %}{% set f = '%s' * 50000 %}{% set l = ('',) * 50000 %}"
        + "{% for i in range(99) %}{% set x = \(expression) %}{% endfor %}",
      because: "characters of text", limits: limits)
  }

  @Test("a long literal costs no more than a short one")
  func literal() throws {
    let long = String(repeating: "a", count: 1_900_000)
    let source = "{% for i in range(50000) %}{% if '\(long)' %}{% endif %}{% endfor %}b"
    #expect(try isQuick(source) { $0 == "b" })
    fails("{{ \(long) }}", because: "a name is longer")
  }

  @Test(
    "work without end is refused",
    arguments: [
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
      "{{ [1] * 9223372036854775807 }}", "{{ [1, 2] * 100000000 }}",
      "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
      // A list that holds itself twice is walked as a tree of 2^30 leaves.
      "{% set n = namespace(x=[1]) %}{% for i in range(30) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
        + "{{ n.x == n.x }}",
      "{% set n = namespace(x=[1]) %}{% for i in range(30) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
        + "{{ n.x | tojson }}",
      "{{ range(99999) | batch(1) | map('list') | map('join') | list | length }}"
        + "{% for i in range(99) %}{{ range(99999) | sum }}{% endfor %}",
    ])
  func work(_ source: String) {
    var limits = JinjaLimits.standard
    limits.steps = 300_000
    fails(source, because: "steps", limits: limits)
  }

  @Test("searching is linear in hostile text")
  func search() throws {
    let source = """
      {% set s = 'a' * 300000 %}{% set p = 'a' * 150000 ~ 'b' %}
      {{ p in s }}{{ s.find(p) }}{{ s.count(p) }}{{ s.split(p) | length }}{{ s.rfind(p) }}
      """
    #expect(try isQuick(source) { $0.contains("False-101-1") })
  }

  @Test("a range has an end")
  func range() {
    fails("{{ range(100001) }}", because: "'range' is longer")
    fails("{{ range(9223372036854775807) }}", because: "'range' is longer")
    fails("{{ range(0, 9223372036854775807, 2) }}", because: "'range' is longer")
    fails("{{ 9223372036854775807 + 1 }}", because: "64 bits")
    fails("{{ (0 - 9223372036854775807 - 1) // -1 }}", because: "64 bits")
    fails("{{ (0 - 9223372036854775807 - 1) % -1 }}{{ nope() }}", because: "line 1")
    fails("{{ (0 - 9223372036854775807 - 1) is divisibleby(-1) }}{{ nope() }}", because: "line 1")
    fails("{{ 2 ** 9223372036854775807 }}", because: "64 bits")
    fails("{{ 1.5 ** 9223372036854775807 }}", because: "exponents")
    fails(
      "{{ 'abc'[9223372036854775807:-9223372036854775807:-9223372036854775807] ~ nope() }}",
      because: "nope")
    fails(
      "{{ 'a'.split('b', 9223372036854775807) ~ [1][-9223372036854775807] ~ nope() }}",
      because: "nope")
  }

  @Test("a source that is too long is refused")
  func length() {
    let source = String(repeating: "x", count: JinjaLimits.sourceLength + 1)
    #expect(throws: RESTAError.self) { try ChatTemplate(source: source) }
  }
}
