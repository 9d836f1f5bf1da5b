import Foundation
import Testing

@Suite("resta meaning") struct MeaningTests {
  @Test(
    "says what is wrong with its options",
    arguments: [
      (["--noise", "loud"], "noise"), (["--noise", "none"], "other than none"),
      (["--prefix", "0"], "--prefix"), (["--sigma", "0.5,-1"], "sigma"),
      (["--sigma", ""], "sigma"),
      (["--samples", "0"], "samples"), (["--max-tokens", "0"], "--max-tokens"),
      (["--limit", "0"], "--limit"), (["--prompts", "/nowhere.txt"], "/nowhere.txt"),
      (["--engine", "vllm"], "vllm"), (["--bogus"], "--bogus"),
    ])
  func usage(arguments: [String], message: String) throws {
    let run = try CommandRun(["meaning"] + arguments)
    #expect(run.code == 2 && run.errors.contains(message), "\(run.code): \(run.errors)")
  }

  @Test("measures a file's prompts under each setting, the same each time")
  func wholeRun() throws {
    let file = try TemporaryFile("Name three colours.\nWhat is tea?\n", name: "prompts.txt")
    let arguments = [
      "meaning", "--prompts", file.path, "--no-lora", "--noise", "isotropic,hard", "--sigma", "0,2",
      "--samples", "2", "--prefix", "3", "--max-tokens", "4", "--seed", "9",
    ]
    let found = try CommandRun(arguments + ["--json"]).object()
    #expect(found["prompts"] as? Int == 2 && found["planned"] as? Int == 2)
    let prompts = try #require(found["by_prompt"] as? [[String: Any]])
    #expect(prompts.map { $0["seed"] as? Int } == [9, 10])
    let settings = try #require(found["settings"] as? [[String: Any]])
    #expect(
      settings.map { $0["defense"] as? String } == [
        "resta isotropic 0.0 k=2 l=3", "resta isotropic 2.0 k=2 l=3", "resta hard 0.0 k=2 l=3",
        "resta hard 2.0 k=2 l=3",
      ])
    func value(_ index: Int, _ name: String) -> Double? {
      (settings[index][name] as? [String: Any])?["value"] as? Double
    }
    for index in [0, 2] {
      #expect(value(index, "cosine") == 1 && value(index, "sign_flips") == 0)
      #expect(value(index, "one_copy") == 1 && value(index, "vote") == 1)
      // Rows and ids are computed by different ways, which may round otherwise.
      #expect((value(index, "divergence") ?? 1) < 1e-3)
    }
    // 1/√(1 + 2²) for rows of the usual size.
    #expect(abs((value(1, "cosine") ?? 0) - 0.447) < 0.1)
    #expect((value(1, "divergence") ?? 0) > 0.05)
    let again = try CommandRun(arguments + ["--json"]).object()
    #expect(
      (again["by_prompt"] as? NSArray)?.isEqual(to: prompts) == true, "the seed does not decide")

    let table = try CommandRun(arguments + ["--limit", "1"])
    #expect(table.code == 0 && table.output.contains("1 prompts, seeds from 9"))
    #expect(table.output.contains("hard 2.0 k=2 l=3") && table.output.contains("KL, mean"))
  }

  @Test("an interrupt prints what was measured, and ends with its code")
  func interrupted() throws {
    let lines = (0..<2000).map { "Prompt number \($0), please." }.joined(separator: "\n")
    let file = try TemporaryFile(lines, name: "prompts.txt")
    let run = try CommandRun(
      [
        "meaning", "--prompts", file.path, "--no-lora", "--sigma", "1", "--samples", "1",
        "--prefix", "1", "--max-tokens", "1",
      ], interruptAfter: 1.5)
    #expect(run.code == 130 && run.errors.contains("Interrupted"), "\(run.code): \(run.errors)")
    // All of them take minutes.
    #expect(run.seconds < 100)
    // A slow machine may not have finished a prompt; what was finished is told and shown.
    #expect(run.output.contains("Measured: ") == run.output.contains("KL, mean"))
    if run.output.contains("Measured: ") { #expect(run.output.contains(" of 2000 prompts.")) }
  }
}
