import Foundation
import Testing

@Suite("Chat templates that users bring") struct TemplateTests {
  private static let turns = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"

  private func rendered(_ template: String, _ arguments: [String] = []) throws -> String? {
    let file = try TemporaryFile(template, name: "mine.jinja")
    let run = try CommandRun(
      ["inspect", "Hello there", "--json", "--chat-template", file.path] + arguments)
    return try run.object()["rendered"] as? String
  }

  private func refused(
    _ template: String, _ arguments: [String] = [], _ command: [String] = ["inspect", "Hello"]
  ) throws -> String {
    let file = try TemporaryFile(template, name: "mine.jinja")
    let run = try CommandRun(command + ["--chat-template", file.path] + arguments)
    #expect(run.code != 0, "\(template)")
    return run.errors + run.output
  }

  @Test func `one that wants parts gets them`() throws {
    let parts =
      "{% for m in messages %}[{{ m.role }}]{% for p in m.content %}"
      + "{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}{% endfor %}{% endfor %}"
    #expect(try rendered(parts) == "[user]Hello there")
  }

  @Test func `one that prints the date has today's, or the one given`() throws {
    let dated = Self.turns + "{{ strftime_now('%Y-%m-%d %H:%M') }}"
    let today = try #require(try rendered(dated))
    #expect(
      today.contains(try Regex("^\\[user\\]Hello there20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d$")))
    let given = try rendered(dated, ["--template-date", "2025-01-02T03:04"])
    #expect(given == "[user]Hello there2025-01-02 03:04")
  }

  @Test func `variables reach it`() throws {
    let text = try rendered(
      Self.turns + "{{ a is false }} {{ b + 1 }} {{ c }}",
      ["--template-var", "a=false", "--template-var", "b=2", "--template-var", "c=x=y"])
    #expect(text == "[user]Hello thereTrue 3 x=y")
  }

  @Test func `what cannot be used is refused with what to do`() throws {
    #expect(try refused("").contains("--chat-template"))
    #expect(try refused(" \n").contains("is empty"))
    #expect(try refused(#"{"chat_template": "{{ messages }}"}"#).contains("is JSON"))
    #expect(try refused("{{ messages[0].role }}").contains("messages[0] (role user)"))
    #expect(try refused("{# #}", [], ["doctor"]).contains("cannot be used"))
    #expect(try refused("{# #}", [], ["serve", "--port", "0"]).contains("cannot be used"))
    let noSystem =
      "{% if messages[0].role != 'user' %}{{ raise_exception('no system role') }}{% endif %}"
    let reason = try refused(noSystem + Self.turns, ["--system", "Be brief."])
    #expect(reason.contains("--system") && reason.contains("no system role"))
    for variable in ["messages=x", "bos_token=", "thinking"] {
      #expect(try refused(Self.turns, ["--template-var", variable]).contains("--template-var"))
    }
    #expect(try refused(Self.turns, ["--template-date", "today"]).contains("--template-date"))
  }

  @Test func `UTF-16 is refused by name`() throws {
    let file = try TemporaryFile("", name: "mine.jinja")
    try #require(Self.turns.data(using: .utf16)).write(to: URL(fileURLWithPath: file.path))
    let run = try CommandRun(["inspect", "Hello", "--chat-template", file.path])
    #expect(run.code != 0 && run.errors.contains("UTF-16"))
  }
}
