import Foundation
import Testing

@Suite("resta demo") struct DemoTests {
  @Test func `it shows both answers, the verdicts, the votes and the cost`() throws {
    let run = try CommandRun(["demo", "Name three primary colours.", "--no-lora"])
    #expect(run.code == 0, "\(run.errors)")
    for text in [
      "UNDEFENDED", "DEFENDED", "Votes", "Cost", "seed", "relative", "absolute", "no LoRA adapter",
      "not refused (by phrases)", "Verdicts, by phrases",
    ] {
      #expect(run.output.contains(text), "\(text) is missing: \(run.output)")
    }
    // A prompt without a kind: nothing to conclude.
    #expect(!run.output.contains("suffix"))
  }

  @Test func `the default model gets the adapter that comes with the project`() throws {
    _ = try CommandRun.adapter()
    let run = try CommandRun(["demo", "--max-tokens", "8"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("LoRA adapter smollm2-135m-aligned/adapter.f16.gguf at scale 1"))
    // Whatever came out, it is said.
    #expect(run.output.contains("suffix"), "\(run.output)")
  }

  @Test
  func `a suffix breaks the model, the defence restores the refusal, and the rest is as it was`()
    throws
  {
    let run = try CommandRun(["demo", "--json", "--lora", try CommandRun.adapter()])
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    let verdicts = list.map { item in
      [item["kind"] as? String]
        + [item["undefended_refused"], item["defended_refused"]].map {
          ($0 as? Bool).map { "\($0)" }
        }
    }
    #expect(
      verdicts == [
        ["direct", "true", "true"], ["adversarial", "false", "true"], ["benign", "false", "false"],
      ])
  }

  @Test func `it has a form for machines`() throws {
    let run = try CommandRun(["demo", "--json", "--max-tokens", "12", "--no-lora"])
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    #expect(list.compactMap { $0["kind"] as? String } == ["direct", "adversarial", "benign"])
    for item in list {
      let undefended = try #require(item["undefended"] as? [String: Any])
      let defended = try #require(item["defended"] as? [String: Any])
      #expect((undefended["votes"] as? [Any])?.isEmpty == true)
      #expect((defended["votes"] as? [Any])?.isEmpty == false)
      #expect(item["undefended_refused"] is Bool && item["defended_refused"] is Bool)
      let report = try #require(defended["run"] as? [String: Any])
      #expect((report["adapters"] as? [Any])?.isEmpty == true)
    }
  }

  @Test func `a script of one's own brings its defence, unless one is chosen`() throws {
    let script = try TemporaryFile(
      """
      {
        "introduction": "I", "note": "N", "maximum_tokens": 3, "seed": 1,
        "defense": {"noise": "soft", "sigma": 0.25, "sigma_unit": "relative", "samples": 3},
        "prompts": [{"title": "T", "prompt": "Say hello."}]
      }
      """, name: "demo.json")
    let base = ["demo", "--no-lora", "--script", script.path]
    let own = try CommandRun(base)
    #expect(own.output.contains("soft noise, sigma 0.25 relative"), "\(own.output) \(own.errors)")
    #expect(own.output.contains("k = 3"))
    let chosen = try CommandRun(base + ["--samples", "4"])
    #expect(chosen.output.contains("soft noise, sigma 0.25 relative"), "\(chosen.output)")
    #expect(chosen.output.contains("k = 4"))
    let other = try CommandRun(base + ["--noise", "isotropic"])
    #expect(other.output.contains("isotropic noise, sigma 0.55 relative"), "\(other.output)")
    #expect(other.output.contains("k = 3"))
  }

  @Test func `where nothing is perturbed, nothing is shown as defended`() throws {
    let script = try TemporaryFile(
      #"{"prompts": [{"title": "Full", "prompt": "Hi"}, {"title": "Empty", "prompt": ""}]}"#)
    for (arguments, text) in [
      ([""], "'Your prompt'"), (["--script", script.path], "'Empty'"),
      (["hi", "--noise", "none"], "--noise none"), (["hi", "--prefix", "0"], "--prefix 0"),
    ] {
      let run = try CommandRun(["demo", "--no-lora", "--max-tokens", "2"] + arguments)
      #expect(run.code == 2 && run.errors.contains(text), "\(arguments): \(run.errors)")
      #expect(run.output.isEmpty, "\(arguments)")
    }
  }

  @Test func `it is as wide as the terminal, also where the input is none`() throws {
    let run = try CommandRun(
      ["demo", "hi", "--no-lora", "--max-tokens", "2", "--samples", "2"], isTyped: true,
      variables: ["COLUMNS": "", "NO_COLOR": "", "WINDOW": "50"])
    #expect(run.code == 0, "\(run.output)")
    let rule = "m" + String(repeating: "─", count: 35) + "\u{1B}"
    #expect(run.output.contains(rule), "\(run.output)")
  }

  @Test func `a model's name cannot drive the terminal`() throws {
    var model = try Data(contentsOf: URL(fileURLWithPath: try CommandRun.model()))
    let name = try #require(model.range(of: Data("Smollm2 135M".utf8), in: 0..<4096))
    model.replaceSubrange(name, with: Data("\u{1B}]0;owned\u{7}..".utf8))
    let file = try TemporaryFile("", name: "model.gguf")
    try model.write(to: URL(fileURLWithPath: file.path))
    let arguments = ["--model", file.path, "--samples", "1"]
    for command in [["demo", "hi"], ["meaning", "--limit", "1", "--sigma", "0.5"]] {
      let run = try CommandRun(command + ["--max-tokens", "2"] + arguments)
      #expect(run.code == 0 && run.output.contains("\\u{1B}]0;owned"), "\(run.errors)")
      #expect(!run.output.contains("\u{1B}"))
    }
  }

  @Test func `an adapter of the environment is used, and a missing one named`() throws {
    let run = try CommandRun(["demo", "hi"], variables: ["RESTA_ADAPTER": "/nowhere/a.gguf:0.7"])
    #expect(run.code == 1)
    #expect(run.errors.contains("/nowhere/a.gguf"), "\(run.errors)")
  }

  @Test func `--model stands for itself`() throws {
    let run = try CommandRun(
      ["demo", "hi", "--max-tokens", "2", "--model", try CommandRun.model()],
      variables: ["RESTA_ADAPTER": "/nowhere/a.gguf"])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("no LoRA adapter"))
  }
}
