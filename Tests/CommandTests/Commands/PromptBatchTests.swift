import Foundation
import Testing

@Suite("resta generate --prompts") struct PromptBatchTests {
  private static let settings = ["--max-tokens", "6", "--samples", "3"]

  private static func arguments(_ file: borrowing TemporaryFile, _ more: [String]) -> [String] {
    ["generate", "--prompts", file.path] + settings + more
  }

  private static func seeds(_ lines: [[String: Any]]) -> [UInt64?] {
    lines.map { (($0["settings"] as? [String: Any])?["seed"] as? NSNumber)?.uint64Value }
  }

  @Test func `each prompt gives a line like that of --json, in order, without its text`() throws {
    let file = try TemporaryFile(
      #"["Say hello.", {"goal": "Name three primary colours."}]"#, name: "prompts.json")
    let run = try CommandRun(Self.arguments(file, ["--seed", "7"]))
    #expect(run.code == 0, "\(run.errors)")
    let lines = try run.lines()
    #expect(lines.compactMap { $0["index"] as? Int } == [0, 1])
    #expect(Self.seeds(lines) == [7, 8])
    // An answer may repeat its prompt; the line does not.
    #expect(!run.output.contains("Say hello") && lines.allSatisfy { $0["prompt"] == nil })

    let single = try CommandRun(
      ["generate", "Name three primary colours.", "--json", "--seed", "8"] + Self.settings
    ).object()
    let second = try #require(lines.last)
    #expect(Set(second.keys) == Set(single.keys).union(["index"]))
    #expect(second["token_ids"] as? [Int] == single["token_ids"] as? [Int])
    #expect(second["votes"] as? NSArray == single["votes"] as? NSArray)
  }

  @Test func `a run can go on where it was stopped`() throws {
    let file = try TemporaryFile("Say hello.\nSay goodbye.\nSay nothing.\n", name: "prompts.txt")
    let last = "\(UInt64.max)"
    let whole = try CommandRun(Self.arguments(file, ["--seed", last])).lines()
    let rest = try CommandRun(Self.arguments(file, ["--seed", last, "--from", "1"])).lines()
    #expect(Self.seeds(whole) == [.max, 0, 1])
    #expect(rest.compactMap { $0["index"] as? Int } == [1, 2])
    #expect(
      rest.map { $0["token_ids"] as? [Int] } == whole.dropFirst().map { $0["token_ids"] as? [Int] })
    #expect(Self.seeds(rest) == [0, 1])
    let done = try CommandRun(Self.arguments(file, ["--from", "3"]))
    #expect(done.code == 0 && done.output.isEmpty)
  }

  @Test func `a prompt that fails does not lose the others`() throws {
    let long = String(repeating: "many words ", count: 200)
    let file = try TemporaryFile("Say hello.\n\(long)\nSay goodbye.\n", name: "prompts.txt")
    let run = try CommandRun(Self.arguments(file, ["--ctx", "128"]))
    #expect(run.code == 1)
    #expect(run.errors.contains("1 of 3 prompts failed"), "\(run.errors)")
    let lines = try run.lines()
    #expect(lines.compactMap { $0["index"] as? Int } == [0, 1, 2])
    let failed = try #require(lines.dropFirst().first)
    #expect(Set(failed.keys) == ["index", "error"])
    #expect((failed["error"] as? String)?.contains("too long") == true)
    #expect(lines.last?["text"] is String)
  }

  @Test func `a system prompt is every prompt's`() throws {
    let file = try TemporaryFile("Hi.\nHi.\n", name: "prompts.txt")
    let plain = try CommandRun(Self.arguments(file, [])).lines()
    let briefed = try CommandRun(
      Self.arguments(file, ["--system", "Answer like a very old and very tired sailor."])
    ).lines()
    for (without, with) in zip(plain, briefed) {
      #expect(without["prompt_tokens"] as? Int != with["prompt_tokens"] as? Int)
    }
  }

  @Test(arguments: [
    (["a prompt"], "a prompt or --prompts"), (["--messages", "x.json"], "--messages or --prompts"),
    (["--trace", "x"], "Leave out --trace"), (["--from", "3"], "--from"),
    (["--from", "-1"], "--from"),
  ])
  func `what does not go with it is named`(more: [String], text: String) throws {
    let file = try TemporaryFile("Say hello.\nSay goodbye.\n", name: "prompts.txt")
    let run = try CommandRun(Self.arguments(file, more))
    #expect(run.code == 2)
    #expect(run.errors.contains(text), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test(arguments: [
    ("p.json", "\u{FEFF}[{\"prompt\": \"Say hello.\"}]"),
    ("p.csv", "goal,target\nSay hello.,\"Sure,\nhello\"\n"),
    ("p.jsonl", "{\"instruction\": \"Say hello.\"}\n"), ("p", "\nSay hello.\n\n"),
    ("p.json", "{\"prompts\": [\"Say hello.\"]}"),
  ])
  func `prompts are read as an evaluation's datasets are`(name: String, text: String) throws {
    let file = try TemporaryFile(text, name: name)
    let single = try CommandRun(
      ["generate", "Say hello.", "--json", "--seed", "1"] + Self.settings
    ).object()
    let lines = try CommandRun(Self.arguments(file, ["--seed", "1"])).lines()
    #expect(lines.count == 1)
    #expect(lines.first?["prompt_tokens"] as? Int == single["prompt_tokens"] as? Int)
    #expect(lines.first?["token_ids"] as? [Int] == single["token_ids"] as? [Int])
  }

  @Test func `a row that cannot be read is named, and left out where that is asked`() throws {
    let file = try TemporaryFile(
      "{\"prompt\": \"Hi.\"}\n{\"prompt\": null}\n{\"prompt\": \"Hi.\"}\n", name: "p.jsonl")
    for command in ["generate", "compare"] {
      let run = try CommandRun([command, "--prompts", file.path, "--max-tokens", "2"])
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(run.errors.contains("p.jsonl:2: field 'prompt' is null"), "\(run.errors)")
      #expect(run.errors.contains("--skip-bad-rows"))
    }
    let run = try CommandRun(Self.arguments(file, ["--skip-bad-rows", "--seed", "7"]))
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("1 of 3 rows of"))
    let lines = try run.lines()
    #expect(lines.compactMap { $0["index"] as? Int } == [0, 1, 2])
    #expect((lines[1]["error"] as? String)?.contains("p.jsonl:2") == true)
    #expect(Self.seeds([lines[0], lines[2]]) == [7, 9])
    let compared = try CommandRun(
      ["compare", "--prompts", file.path, "--skip-bad-rows", "--json", "--max-tokens", "2"]
        + ["--samples", "2"]
    ).object()
    #expect(compared["bad_rows"] as? Int == 1 && compared["prompts"] as? Int == 2)
    #expect(compared["lead_rule"] is NSNull)
  }

  @Test func `what the lead rule would change is counted beside what is to be expected`() throws {
    let file = try TemporaryFile("Hi.\nName a colour.\n", name: "p.txt")
    let arguments = ["compare", "--prompts", file.path, "--max-tokens", "4", "--seed", "7"]
    let report = try CommandRun(arguments + ["--leads", "1,4,6", "--json"]).object()
    let rule = try #require(report["lead_rule"] as? [String: Any])
    #expect(rule["votes"] as? Int == report["votes"] as? Int)
    #expect(rule["votes_replayed_otherwise"] as? Int == 0)
    let leads = try #require(rule["leads"] as? [[String: Any]])
    #expect(leads.compactMap { $0["lead"] as? Int } == [1, 4, 6])
    #expect(leads.first?["mean_copies"] as? Double == 1)
    // Above half of the copies it is the full vote.
    let last = try #require(leads.last)
    #expect(last["mean_copies"] as? Double == rule["mean_copies"] as? Double)
    for key in ["stopped", "winners_differ", "winners_expected", "answers_differ"] {
      #expect(last[key] as? Double == 0, "\(key)")
    }
    for (list, defense, error) in [
      ("0", [], "1 or more"), ("4,x", [], "1 or more"), ("4", ["--lead", "3"], "leave out --lead"),
      ("4", ["--tie-rule", "abstain"], "full vote's winners"),
    ] {
      let run = try CommandRun(arguments + ["--leads", list] + defense)
      #expect(run.code == 2 && run.errors.contains(error), "\(run.errors)")
    }
  }

  @Test(arguments: [
    ("p.txt", "id,name\n1,2\n", "looks like a table's header"),
    ("p.txt", "Hi.\n[\"a\"]\n", "JSON among lines"), ("p.json", "[", "p.json:1:2"),
    ("p.txt", "", "the file holds no prompt"),
    ("p.json", #"{"goal": "Hi.", "prompts": ["a", "b"]}"#, "'goal' and 'prompts'"),
  ])
  func `what is no list of prompts never becomes one`(name: String, text: String, error: String)
    throws
  {
    let file = try TemporaryFile(text, name: name)
    let run = try CommandRun(Self.arguments(file, []))
    #expect(run.code == 2 && run.output.isEmpty)
    #expect(run.errors.contains(error), "\(run.errors)")
  }

  @Test func `an interrupt ends it between two lines with code 130`() throws {
    let file = try TemporaryFile(
      String(repeating: "Write a very long story about a lighthouse.\n", count: 1000), name: "p.txt"
    )
    let run = try CommandRun(
      ["generate", "--prompts", file.path, "--max-tokens", "30", "--samples", "3"],
      interruptAfter: 0.3)
    #expect(run.code == 130, "\(run.errors)")
    #expect(run.output.hasSuffix("\n"))
    #expect(try !run.lines().contains { $0["error"] != nil })
  }
}
