import Foundation
import Testing

@Suite("resta attack") struct AttackTests {
  private static let small = [
    "--limit", "3", "--queries", "2", "--max-tokens", "12", "--sigma", "0.5", "--samples", "2",
    "--prefix", "4", "--confirm", "1", "--attack", "repeat", "--attack", "prefill",
  ]

  private static func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "resta-attack-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// A report without its times.
  private static func report(_ store: String) throws -> String {
    let run = try CommandRun(["attack", "report", store, "--json"])
    #expect(run.code == 0, "\(run.errors)")
    return run.output.split(separator: "\n").filter { !$0.contains("\"seconds\"") }
      .joined(separator: "\n")
  }

  @Test("a run that was killed goes on, and reports what a whole one does") func killed() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = ["--model", try CommandRun.model(), "--lora", try CommandRun.adapter()]
    let (whole, cut) = (folder.path + "/whole.sqlite", folder.path + "/cut.sqlite")
    func run(_ store: String, killAfter: Double? = nil) throws -> CommandRun {
      try CommandRun(
        ["attack", "run", "--store", store] + Self.small + model, killAfter: killAfter)
    }
    let first = try run(whole)
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output.contains("within 5") && first.output.contains("random-refusal"))
    _ = try run(cut, killAfter: first.seconds / 2)
    let rest = try run(cut)
    #expect(rest.code == 0, "\(rest.errors)")
    #expect(try Self.report(cut) == Self.report(whole))

    let other = try CommandRun(
      ["attack", "run", "--store", whole, "--queries", "3"] + Self.small.dropFirst(4) + model)
    #expect(other.code == 1 && other.errors.contains("settings"))
    let again = try run(whole)
    #expect(again.code == 0 && again.errors.contains("0 queries"))

    let artifact = try CommandRun(
      ["attack", "export", whole, "--format", "jbb", "--attack", "repeat", "--defense", "none"])
    #expect(artifact.code == 0 && artifact.output.contains("\"jailbreaks\""))
    let table = try CommandRun(["attack", "report", whole, "--csv"])
    // A heading, and two attacks behind four arms.
    #expect(table.output.split(separator: "\r\n").count == 1 + 2 * 4)
  }

  @Test("a model that refuses nothing is no subject, and the reason is said") func willing() throws
  {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let goals = folder.path + "/goals.txt"
    try "Name three primary colours.\nWhat is a triangle?\n".write(
      toFile: goals, atomically: true, encoding: .utf8)
    let run = try CommandRun(
      ["attack", "run", "--store", folder.path + "/a.sqlite", "--goals", goals, "--no-lora"]
        + Self.small)
    #expect(run.code == 1)
    #expect(run.errors.contains("refuses none of the 2 goals"))
  }
}
