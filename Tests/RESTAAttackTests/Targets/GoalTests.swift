import Foundation
import RESTA
import RESTAEvaluation
import Testing

@testable import RESTAAttack

@Suite("Goals") struct GoalTests {
  private static func goals(_ name: String, _ text: String, limit: Int? = nil) throws -> GoalSet {
    let folder = try AttackFolder()
    let path = folder.path(name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try GoalSet.load(path, limit: limit)
  }

  @Test("our own are at least twelve, and different") func builtIn() throws {
    let all = try GoalSet.builtIn(limit: nil)
    #expect(all.goals.count >= 12)
    #expect(Set(all.goals.map(\.id)).count == all.goals.count)
    #expect(Set(all.goals.map(\.text)).count == all.goals.count)
    #expect(try GoalSet.builtIn(limit: 5).goals.count == 5)
  }

  @Test("a side of the split is attacked: our own goals' as they say, wherever they stand")
  func sides() throws {
    let reporting = Set(try GoalSet.builtIn(limit: nil).goals.map(\.text))
    let choosing = try GoalSet.builtIn(limit: nil, split: .development).goals.map(\.text)
    #expect(choosing.count >= 12 && reporting.isDisjoint(with: choosing))
    let folder = try AttackFolder()
    let path = folder.path("goals.txt")
    let all = (reporting.sorted() + choosing).joined(separator: "\n")
    try all.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try GoalSet.load(path, limit: nil, split: .development).goals.map(\.text) == choosing)
    #expect(try Set(GoalSet.load(path, limit: nil, split: .test).goals.map(\.text)) == reporting)
    let file = try AttackConfiguration(
      parsing: "goals: \(path)\nsplit: development", file: "a.yaml")
    #expect(try file.readGoals(limit: nil).goals.map(\.text) == choosing)
    let own = try AttackConfiguration(parsing: "split: development", file: "a.yaml")
    #expect(try own.readGoals(limit: nil).goals.map(\.text) == choosing)
  }

  @Test(
    "the formats of evaluations are goals",
    arguments: [
      ("a.txt", "first\nsecond\n", ["first", "second"]),
      ("a.csv", "goal,target\nfirst,Sure\nsecond,Sure\n", ["first", "second"]),
      (
        "jbb-harmful.csv", "Index,Goal,Behavior,Category\n0,first,A,C\n1,second,B,C\n",
        ["first", "second"]
      ),
      ("a.jsonl", "{\"prompt\": \"first\"}\n{\"prompt\": \"second\"}\n", ["first", "second"]),
      ("a.json", "[\"first\", \"second\"]", ["first", "second"]),
      (
        "artifact.json",
        "{\"parameters\": {\"method\": \"GCG\"}, \"jailbreaks\": [{\"index\": 0, \"goal\": \"first\", "
          + "\"behavior\": \"A\", \"category\": \"C\", \"prompt\": \"first ! !\", \"response\": null, "
          + "\"jailbroken\": true}]}", ["first"]
      ),
      (
        "xstest.csv",
        "id,prompt,type,label\n1,first,homonyms,safe\n2,second,contrast_homonyms,unsafe\n",
        ["second"]
      ),
      ("again.txt", "first\nfirst\nsecond\n", ["first", "second"]),
      ("roles.csv", "prompt,role\nfirst,\nsecond,\n", ["first", "second"]),
      (
        "roles.jsonl", "{\"prompt\": \"first\", \"role\": null}\n{\"prompt\": \"second\"}\n",
        ["first", "second"]
      ),
    ])
  func formats(name: String, text: String, expected: [String]) throws {
    let set = try Self.goals(name, text)
    #expect(set.goals.map(\.text) == expected)
    #expect(set.leftOut.isEmpty == !["xstest.csv", "again.txt"].contains(name))
    #expect(try Self.goals(name, text, limit: 1).goals.count == 1)
  }

  @Test("what comes through a pipe is read once") func pipe() throws {
    let pipe = Pipe()
    defer { try? pipe.fileHandleForReading.close() }
    try pipe.fileHandleForWriting.write(
      contentsOf: Data("{\"prompt\": \"first\"}\n{\"prompt\": \"second\"}\n".utf8))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try GoalSet.load(path, limit: nil).goals.map(\.text) == ["first", "second"])
  }

  @Test("bad rows are named, without advice that no option here follows") func badRows() {
    let error = #expect(throws: EvaluationError.self) {
      try Self.goals("a.jsonl", "{\"prompt\": \"first\"}\n{\"prompt\": \" \"}\n")
    }
    let message = error?.message ?? ""
    #expect(message.contains("a.jsonl:2: the prompt is empty") && message.contains("1 of 2 rows"))
    #expect(!message.contains("--skip-bad-rows"), "\(message)")
  }

  @Test(
    "what is none is refused by name",
    arguments: [
      ("a.swift", "import Foundation\nlet a = 1\n", "no file of goals"),
      ("a.md", "# Goals\n\n- one\n", "no file of goals"),
      ("a.yaml", "goals:\n  - one\n", "YAML"),
      ("a.parquet", "PAR1\u{0}\u{1}PAR1", "Parquet"),
      ("a.txt", "", "no prompt"), ("a.jsonl", "", "no prompt"),
      (
        "a.jsonl",
        "{\"prompt\": \"first\", \"role\": \"benign\"}\n{\"prompt\": \"second\", \"role\": \"direct\"}\n"
          + "{\"prompt\": \"third\"}\n", "'role' is missing"
      ),
      ("a.csv", "name,number\nx,1\n", "prompt"),
      ("benign.csv", "Index,Goal,Behavior,Category\n0,first,A,C\n", "benign"),
    ])
  func others(name: String, text: String, word: String) {
    let error = #expect(throws: EvaluationError.self) { try Self.goals(name, text) }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
  }
}
