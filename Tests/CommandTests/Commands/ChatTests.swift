import Foundation
import Testing

@testable import RESTALocal

@Suite("resta chat") struct ChatTests {
  @Test func `chat answers each line of a pipe and remembers the turns`() throws {
    let run = try CommandRun(
      ["chat", "--json", "--max-tokens", "8", "--samples", "3", "--seed", "1"],
      input: "My name is Ada.\nWhat is my name?\n/reset\nWhat is my name?\n")
    #expect(run.code == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").filter { $0.hasPrefix("{") }
    let prompts = try lines.map { line in
      try #require(
        (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?[
          "prompt_tokens"] as? Int)
    }
    #expect(prompts.count == 3)
    // The second prompt holds the first turn; after the reset it does not.
    #expect(prompts[1] > prompts[0] + 8)
    #expect(prompts[2] < prompts[1])
  }

  @Test func `a line that was not understood is no message, and the end says so`() throws {
    let run = try CommandRun(
      ["chat", "--json", "--max-tokens", "2", "--samples", "2", "--seed", "1"],
      input: "/etc/hosts: what is it?\nHi\r\n")
    #expect(run.code == 1)
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.errors.contains("There is no command /etc/hosts:"))
    let quit = try CommandRun(["chat", "--quiet"], input: "/etc/hosts: what is it?\n/quit\n")
    #expect(quit.code == 1, "\(quit.errors)")
  }

  @Test func `a command that does nothing says why, and drops no words`() throws {
    let run = try CommandRun(
      ["chat", "--quiet"], input: "/undo\n/undo 5\n/reset all\n/quit now\n/system\n/undo \n")
    #expect(run.code == 1, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 6, "\(run.output)")
    for (line, text) in zip(
      lines,
      ["no turn to forget", "'5'", "'all'", "'now'", "/system needs", "no turn to forget"])
    {
      #expect(line.contains(text), "\(run.output)")
    }
  }

  @Test func `a template's words cannot drive the terminal`() throws {
    let template = try TemporaryFile(
      #"""
      {% for m in messages %}{% if m.content == 'boom' %}{{ raise_exception('\x1b[31m') }}{% endif %}
      {{ m.content }}{% endfor %}
      """#, name: "mine.jinja")
    let run = try CommandRun(
      ["chat", "--quiet", "--chat-template", template.path], input: "boom\n")
    #expect(run.code == 1 && run.errors.contains("\\u{1B}[31m"), "\(run.errors)")
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func `an input that cannot be read is no end of it`() throws {
    // A folder.
    let run = try CommandRun(["chat", "--quiet"], inputFile: "/")
    #expect(run.code == 2 && run.errors.contains("The input cannot be read."), "\(run.errors)")
  }

  @Test func `that nobody calibrated the noise is said at the start, unless quiet`() throws {
    let run = try CommandRun(["chat"])
    #expect(run.code == 0 && run.errors.contains("not calibrated for this model"), "\(run.errors)")
    #expect(run.output.isEmpty)
    for arguments in [["--quiet"], ["--json"], ["--noise", "none"]] {
      let run = try CommandRun(["chat"] + arguments)
      #expect(run.code == 0 && !run.errors.contains("calibrated"), "\(arguments): \(run.errors)")
    }
  }

  @Test func `on a terminal it prompts, answers what is typed, and ends`() throws {
    let run = try CommandRun(
      ["chat", "--max-tokens", "2", "--samples", "2", "--seed", "1"], input: "Hi\n/quit\n",
      isTyped: true)
    #expect(run.code == 0, "\(run.output)")
    #expect(run.output.contains("you> ") && run.output.contains("/quit"), "\(run.output)")
    #expect(run.output.contains("; cut at the maximum number of tokens"), "\(run.output)")
  }

  @Test func `what is typed is drawn within a narrow terminal`() throws {
    let run = try CommandRun(
      ["chat", "--quiet"], input: "/quit " + String(repeating: "a", count: 60) + "\n/quit\n",
      isTyped: true, variables: ["COLUMNS": "30"])
    #expect(run.code == 0, "\(run.output)")
    let rows = run.output.components(separatedBy: "\u{1B}[2K").filter { $0.contains("you> ") }
      .map { $0.prefix { $0 != "\r" }.replacing(#/\x{1B}\[\d+m/#, with: "") }
    #expect(rows.count > 60 && rows.allSatisfy { $0.count <= 30 }, "\(rows)")
  }

  @Test func `a first message that is too long is not to be undone`() throws {
    let run = try CommandRun(
      ["chat", "--quiet", "--ctx", "64"], input: String(repeating: "word ", count: 100) + "\n")
    #expect(run.code == 1 && run.errors.contains("tokens too long"), "\(run.errors)")
    #expect(!run.errors.contains("/undo"), "\(run.errors)")
  }

  @Test func `a turn that needs more memory than there is ends no conversation`() throws {
    let long = String(repeating: "word ", count: 90_000)
    let run = try CommandRun(
      [
        "chat", "--quiet", "--samples", "128", "--lead", "1", "--prefix", "1", "--max-tokens", "1",
        "--ctx", "100000", "--kv-type", "f32",
      ], input: "Hi\n\(long)\nHi\n")
    #expect(run.code == 1 && run.output.split(separator: "\n").count == 2, "\(run.output)")
    #expect(run.errors.contains("of memory here"), "\(run.errors)")
    #expect(run.errors.contains("/reset or /undo makes room."), "\(run.errors)")
  }

  @Test func `the history is for nobody else, and one that cannot be written is said once`() throws
  {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-chat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func chat(_ history: String) throws -> CommandRun {
      try CommandRun(
        ["chat", "--history", history], input: "/help\n/votes\n/quit\n", isTyped: true)
    }
    let history = folder.path + "/history"
    let kept = try chat(history)
    #expect(kept.code == 0, "\(kept.output)")
    #expect(try String(contentsOfFile: history, encoding: .utf8) == "/help\n/votes\n/quit\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: history)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let lost = try chat(folder.path + "/nowhere/history")
    #expect(lost.code == 0, "\(lost.output)")
    #expect(lost.output.split(separator: "cannot be written").count == 2, "\(lost.output)")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
  func `a long history that cannot be made shorter is read all the same`() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("resta-chat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent("history")
    try Data(String(repeating: "a\n", count: 2001).utf8).write(to: url)
    let file = try FileHandle(forReadingFrom: url)
    // Nothing can be put in its place, whoever asks.
    try FileManager.default.removeItem(at: folder)
    let reader = try LineReader(historyFile: "/proc/self/fd/\(file.fileDescriptor)")
    #expect(reader.history.count == 1000)
    try file.close()
  }

  @Test func `no colours are wanted on the error output either`() throws {
    let plain = ["NO_COLOR": "1"]
    for (variables, isPlain) in [(plain, true), (["TERM": "xterm", "NO_COLOR": ""], false)] {
      let run = try CommandRun(
        ["generate", "Hi", "--max-tokens", "2", "--samples", "2", "--seed", "1"], isTyped: true,
        variables: variables)
      #expect(run.code == 0 && run.output.contains("resta: 2 votes"), "\(run.output)")
      #expect(run.output.contains("\u{1B}[2mresta:") != isPlain, "\(run.output)")
    }
    let dumb = try CommandRun(["inspect", "Hi"], isTyped: true, variables: ["TERM": "dumb"])
    #expect(dumb.code == 0 && !dumb.output.contains("\u{1B}"), "\(dumb.output)")
  }

  @Test func `chat ends at the end of its input`() throws {
    let run = try CommandRun(["chat"], input: "")
    #expect(run.code == 0)
  }
}
