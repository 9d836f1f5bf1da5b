import Foundation
import Testing

@Suite("resta doctor") struct DoctorTests {
  @Test func `finds a healthy model healthy`() throws {
    let run = try CommandRun(["doctor", "--seed", "3"])
    #expect(run.code == 0, "\(run.output)")
    #expect(run.output.contains("Healthy"))
  }

  @Test(arguments: [
    (["--sigma", "0"], "sigma is 0"),
    (["--noise", "none"], "noise is 'none'"),
    (["--chat-template", "llama-3"], "wrong template"),
    (["--chat-template", "gemma"], "wrong template"),
    (["--chat-template", "vicuna"], "wrong template"),
    (["--inject-fault", "wrong-span"], "wrong span"),
    // With few copies: all there are fall apart, and have to be asked to the end.
    (["--sigma", "50", "--samples", "4", "--prefix", "8"], "sigma is too high"),
    (
      ["--noise", "isotropic", "--sigma", "20", "--samples", "4", "--prefix", "8"],
      "sigma is too high"
    ),
  ])
  func `names the cause`(arguments: [String], cause: String) throws {
    let run = try CommandRun(["doctor", "--seed", "3"] + arguments)
    #expect(run.code == 1, "\(run.output)")
    #expect(run.output.contains(cause), "\(run.output)")
    #expect(run.output.contains("→"), "a remedy is missing: \(run.output)")
  }

  @Test func `copies of which one is asked are not said to agree`() throws {
    let run = try CommandRun([
      "doctor", "--seed", "3", "--samples", "3", "--prefix", "4", "--lead", "1",
    ])
    #expect(run.code == 0 && run.output.contains("ended by a lead of 1"), "\(run.output)")
    #expect(!run.output.contains("changes no prediction"), "\(run.output)")
  }

  @Test func `answers that begin alike have no dependence on the question to lose`() throws {
    // All three begin with "The"; what a checkpoint votes on is not a part of that beginning.
    for more in [[], ["--checkpoint-every", "2", "--checkpoint-tokens", "1"]] {
      let run = try CommandRun(["doctor", "--seed", "3", "--samples", "3", "--prefix", "1"] + more)
      #expect(run.code == 0 && run.output.contains("hardly depend"), "\(run.output)")
    }
  }

  @Test func `a window behind a text is looked at from the start, with a limit too`() throws {
    let run = try CommandRun([
      "doctor", "--seed", "3", "--samples", "3", "--prefix", "4", "--prefix-after", "</think>",
      "--prefix-after-limit", "100",
    ])
    #expect(run.code == 0 && run.output.contains("Healthy"), "\(run.output) \(run.errors)")
  }

  @Test func `a check that cannot be made is a finding, and what others found stays`() throws {
    // Less than the prompt of a test question.
    let run = try CommandRun(["doctor", "--ctx", "24", "--json"])
    #expect(run.code == 1, "\(run.errors)")
    let object = try run.object()
    let findings = try #require(object["findings"] as? [[String: Any]])
    let checks = findings.map { $0["check"] as? String }
    #expect(checks == ["embedding path", "batch shapes", "chat template", "noise"])
    #expect(findings.last?["status"] as? String == "failure")
    #expect((findings.last?["detail"] as? String)?.contains("tokens too long") == true)
    #expect(object["healthy"] as? Bool == false && object["batch_invariance"] is [String: Any])
  }

  @Test func `names a base model without a chat template`() throws {
    let gemma = try CommandRun.model("gemma-3-270m-q4_k_m.gguf")
    let run = try CommandRun(["doctor", "--model", gemma, "--json"])
    #expect(run.code == 1)
    let findings = try #require(try run.object()["findings"] as? [[String: Any]])
    let failed = findings.filter { $0["status"] as? String == "failure" }
    #expect(failed.count == 1)
    #expect((failed.first?["detail"] as? String)?.contains("base model") == true)
    #expect((failed.first?["remedy"] as? String)?.contains("--chat-template") == true)
  }

  @Test func `a base model answers with a template that is named`() throws {
    let gemma = try CommandRun.model("gemma-3-270m-q4_k_m.gguf")
    let without = try CommandRun(["generate", "Hello", "--model", gemma])
    #expect(without.code == 1)
    #expect(without.errors.contains("--chat-template"))
    let with = try CommandRun([
      "generate", "Hello", "--model", gemma, "--chat-template", "gemma", "--max-tokens", "8",
      "--samples", "3",
    ])
    #expect(with.code == 0, "\(with.errors)")
  }
}
