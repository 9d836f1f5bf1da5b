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

  @Test func `the playground's preset loses against a flag`() throws {
    let object = try settings(["--playground", "--expose", "none"])
    #expect(value("client.expose", in: object) as? String == "none")
    #expect(value("client.off", in: object) as? Bool == true)
  }
}
