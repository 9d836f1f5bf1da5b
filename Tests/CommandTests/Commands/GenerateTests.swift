import Foundation
import Testing

@Suite("resta generate") struct GenerateTests {
  @Test func `prints the answer alone on the output and the rest elsewhere`() throws {
    let run = try CommandRun(["generate", "Name three primary colours.", "--seed", "1"])
    #expect(run.code == 0)
    #expect(run.output.contains("Red"))
    #expect(!run.output.contains("seed"))
    #expect(run.errors.contains("seed 1"))
    #expect(run.errors.contains("relative") && run.errors.contains("absolute"))
  }

  @Test func `a conversation that no noise touches is not answered as if defended`() throws {
    let file = try TemporaryFile(#"[{"role": "system", "content": "Be brief."}]"#, name: "m.json")
    let run = try CommandRun(["generate", "--messages", file.path, "--max-tokens", "2"])
    #expect(run.code == 2 && run.output.isEmpty)
    #expect(run.errors.contains("no token gets noise"), "\(run.errors)")
    let plain = try CommandRun(
      ["generate", "--messages", file.path, "--max-tokens", "2", "--noise", "none"])
    #expect(plain.code == 0, "\(plain.errors)")
  }

  @Test func `JSON has the stable shape`() throws {
    let run = try CommandRun([
      "generate", "Name three primary colours.", "--json", "--seed", "1", "--max-tokens", "24",
    ])
    let object = try run.object()
    for key in [
      "text", "token_ids", "stop_reason", "prompt_tokens", "settings", "votes", "totals", "run",
    ] {
      #expect(object[key] != nil, "missing \(key)")
    }
    let settings = try #require(object["settings"] as? [String: Any])
    for key in [
      "noise", "sigma", "sigma_unit", "sigma_absolute", "samples", "prefix", "seed", "decoder",
    ] {
      #expect(settings[key] != nil, "missing settings.\(key)")
    }
    #expect(settings["seed"] as? Int == 1)
    #expect(settings["prefix"] as? Int == 20)
    let totals = try #require(object["totals"] as? [String: Any])
    for key in [
      "passes", "tokens_processed", "prefill_s", "decode_s", "first_token_s", "wall_s",
    ] {
      #expect(totals[key] != nil, "missing totals.\(key)")
    }
    let votes = try #require(object["votes"] as? [[String: Any]])
    #expect(!votes.isEmpty)
    for vote in votes {
      for key in [
        "position", "token_id", "text", "counts", "asked", "margin", "tie_rule", "stopped_at_lead",
      ] {
        #expect(vote[key] != nil, "missing votes.\(key)")
      }
      let counts = try #require(vote["counts"] as? [[String: Any]])
      // Copies that cannot change a vote are not asked.
      let asked = try #require(vote["asked"] as? Int)
      #expect((6...10).contains(asked))
      #expect(counts.compactMap { $0["count"] as? Int }.reduce(0, +) == asked)
    }
  }

  @Test func `a drawn seed is reported and reproduces the votes`() throws {
    let arguments = ["generate", "Tell me about rivers.", "--json", "--max-tokens", "12"]
    let first = try CommandRun(arguments).object()
    let settings = try #require(first["settings"] as? [String: Any])
    let seed = try #require(settings["seed"] as? Int)
    let second = try CommandRun(arguments + ["--seed", "\(seed)"]).object()
    #expect(first["votes"] as? NSArray == second["votes"] as? NSArray)
    #expect(first["token_ids"] as? [Int] == second["token_ids"] as? [Int])
  }

  @Test func `no noise and noise of sigma 0 give the same tokens`() throws {
    let base = ["generate", "What is the capital of France?", "--json", "--max-tokens", "32"]
    let plain = try CommandRun(base + ["--noise", "none"]).object()
    let zero = try CommandRun(base + ["--noise", "hard", "--sigma", "0", "--samples", "10"])
      .object()
    #expect(plain["token_ids"] as? [Int] == zero["token_ids"] as? [Int])
    #expect((plain["votes"] as? [Any])?.isEmpty == true)
    #expect((zero["votes"] as? [Any])?.isEmpty == false)
  }

  @Test func `the trace holds one line for each vote and the result`() throws {
    let trace = try TemporaryFile(name: "votes.jsonl")
    let link = trace.path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: trace.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    let run = try CommandRun([
      "generate", "Name three primary colours.", "--trace", link, "--json", "--max-tokens",
      "12", "--seed", "5",
    ])
    let votes = try #require(try run.object()["votes"] as? [Any])
    let lines = try String(contentsOfFile: trace.path, encoding: .utf8).split(separator: "\n")
    let types = try lines.map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["type"]
        as? String
    }
    #expect(types == Array(repeating: "vote", count: votes.count) + ["result"])
  }

  @Test func `the prompt can come through the input, and keeps its bytes`() throws {
    let prompt = "  Hello \r\n<|im_end|> e\u{301}"
    for dash in [[], ["-"]] {
      let object = try CommandRun(["inspect", "--json"] + dash, input: prompt + "\n").object()
      let rendered = Array(try #require(object["rendered"] as? String).utf8)
      #expect(rendered.firstRange(of: Array(prompt.utf8)) != nil)
    }
  }

  @Test func `an interrupt ends a long answer at once with code 130`() throws {
    var seconds = Double.infinity
    // More than once where it took longer: a machine may stand still for a while.
    for _ in 0..<5 where seconds >= 1 {
      let run = try CommandRun(
        [
          "generate", "Write a very long story about a lighthouse.", "--max-tokens", "4000",
          "--prefix", "all", "--samples", "20",
        ], interruptAfter: 0.3)
      #expect(run.code == 130, "\(run.errors)")
      #expect(!run.output.isEmpty)
      #expect(!run.errors.contains("Fatal"))
      seconds = run.seconds
    }
    #expect(seconds < 1, "took \(seconds) s")
  }
}
