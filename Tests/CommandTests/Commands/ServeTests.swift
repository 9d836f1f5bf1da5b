import Foundation
import Testing

@Suite("resta serve") struct ServeTests {
  private func settings(_ arguments: [String]) throws -> [String: Any] {
    try CommandRun(["serve"] + arguments + ["--print-config", "--json"]).object()
  }

  private func value(_ path: String, in object: [String: Any]) -> Any? {
    path.split(separator: ".").reduce(object as Any?) { value, key in
      (value as? [String: Any])?[String(key)]
    }
  }

  @Test func `each flag reaches its setting`() throws {
    let flags: [(String, String, String)] = [
      ("--host", "localhost", "listen.host"), ("--port", "81", "listen.port"),
      ("--model-name", "m", "model.name"), ("--threads", "3", "model.threads"),
      ("--gpu-layers", "-1", "model.gpu_layers"),
      ("--template-date", "2025-01-02", "prompt.date"),
      ("--ctx", "512", "model.context"), ("--noise", "soft", "defense.noise"),
      ("--sigma", "0.5", "defense.sigma"), ("--samples", "7", "defense.samples"),
      ("--prefix", "all", "defense.prefix"), ("--expose", "cost", "client.expose"),
      ("--concurrency", "2", "limits.concurrency"), ("--queue", "9", "limits.queue"),
      ("--log-level", "debug", "log.level"), ("--log-format", "json", "log.format"),
    ]
    let object = try settings(
      flags.flatMap { [$0.0, $0.1] } + ["--sticky", "--log-prompts", "--set", "page=false"])
    for (flag, text, path) in flags {
      #expect("\(value(path, in: object) ?? "")" == text, "\(flag)")
    }
    for path in ["defense.sticky", "log.prompts"] {
      #expect(value(path, in: object) as? Bool == true)
    }
    #expect(value("page", in: object) as? Bool == false)
  }

  @Test func `the example for operators is valid`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Examples/server/resta.yaml").standardized.path
    let object = try settings(["--config", file])
    #expect(value("defense.sticky", in: object) as? Bool == true)
    #expect(value("client.expose", in: object) as? String == "none")
    #expect(value("client.temperature", in: object) as? Double == 0)
  }

  /// As a shell's `<(…)` gives it: a pipe.
  @Test func `settings and keys come through pipes too`() throws {
    for (text, arguments, expected) in [
      ("listen: {port: 81}\n", ["--config", "PIPE", "--print-config"], "port: 81"),
      ("k\n", ["--keys", "PIPE", "--model", "/nowhere.gguf"], "at least 16 characters"),
    ] {
      let pipe = FileManager.default.temporaryDirectory
        .appendingPathComponent("resta-pipe-\(UUID().uuidString)").path
      defer { try? FileManager.default.removeItem(atPath: pipe) }
      let writer = Process()
      writer.executableURL = URL(fileURLWithPath: "/bin/sh")
      writer.arguments = ["-c", #"mkfifo "$0" && printf %s "$1" >"$0""#, pipe, text]
      try writer.run()
      defer { writer.terminate() }
      for _ in 0..<12_000 where !FileManager.default.fileExists(atPath: pipe) { usleep(10_000) }
      let run = try CommandRun(["serve"] + arguments.map { $0 == "PIPE" ? pipe : $0 })
      #expect((run.output + run.errors).contains(expected), "\(run.output) \(run.errors)")
    }
  }

  @Test func `the mode of a key file is that of what a link leads to`() throws {
    let keys = try TemporaryFile(String(repeating: "k", count: 32))
    let link = keys.path + "-link"
    let files = FileManager.default
    try files.createSymbolicLink(atPath: link, withDestinationPath: keys.path)
    defer { try? files.removeItem(atPath: link) }
    for (mode, isOpen) in [(0o600, false), (0o644, true)] {
      try files.setAttributes([.posixPermissions: mode], ofItemAtPath: keys.path)
      let run = try CommandRun(["serve", "--keys", link, "--model", "/nowhere.gguf"])
      #expect(run.code == 2 && run.errors.contains("/nowhere.gguf"), "\(run.errors)")
      #expect(run.errors.contains("can be read by every user") == isOpen, "\(run.errors)")
    }
  }

  @Test func `the playground's preset loses against a flag`() throws {
    let object = try settings(["--playground", "--expose", "none"])
    #expect(value("client.expose", in: object) as? String == "none")
    #expect(value("client.off", in: object) as? Bool == true)
  }
}
