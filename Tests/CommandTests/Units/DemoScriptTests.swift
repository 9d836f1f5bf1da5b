import ArgumentParser
import Foundation
import RESTA
import Testing

@testable import RESTALocal

@Suite("The demo's scripts") struct DemoScriptTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../..").standardizedFileURL

  private struct Artifact: Decodable {
    struct Attack: Decodable { var prompt: String? }
    var jailbreaks: [Attack]
  }

  @Test func `what a script leaves out is the built-in one's, but for prompts and defence`() throws
  {
    let builtIn = try DemoScript.builtIn()
    let file = try TemporaryFile(#"{"seed": 7, "prompts": [{"title": "T", "prompt": "P"}]}"#)
    let script = try DemoScript.load(file.path, for: ModelArguments.parse([]))
    #expect(script.seed == 7)
    #expect(script.introduction == builtIn.introduction && script.note == builtIn.note)
    #expect(script.maximumTokens == builtIn.maximumTokens)
    #expect(script.defense == nil && builtIn.defense != nil)
    #expect(script.prompts.map(\.prompt) == ["P"])
  }

  @Test(arguments: [
    ("{}", "there is no 'prompts'"), (#"{"prompts": []}"#, "'prompts' must not be empty"),
    (#"{"prompts": [], "sead": 1}"#, "'sead'"), ("prompts", ":1:1: "), ("[]", "an object"),
    (#"{"prompts": [{"title": "T", "prompt": "P", "kid": 1}]}"#, "'kid'"),
    (#"{"prompts": [{"title": "T"}]}"#, "there is no 'prompts[0].prompt'"),
    (#"{"prompts": [{"title": "T", "prompt": 1}]}"#, "'prompts[0].prompt' must be text."),
    (#"{"seed": -1, "prompts": []}"#, "'seed' must be a whole number from 0 to"),
    (#"{"seed": 18446744073709551616, "prompts": []}"#, "'seed' must be a whole number"),
    (#"{"maximum_tokens": 2.5, "prompts": []}"#, "'maximum_tokens' must be a whole number of 1"),
    (#"{"maximum_tokens": 0, "prompts": []}"#, "'maximum_tokens' must be a whole number of 1"),
    (#"{"prompts": [{"title": "T", "prompt": "P", "kind": "k"}]}"#, ".kind' must be one of"),
    (#"{"prompts": [], "weights": {"bytes": 2.5, "sha256": ""}}"#, "'weights.bytes' must be a"),
    (#"{"prompts": [], "defense": []}"#, "'defense' must be an object."),
    (#"{"prompts": {}}"#, "'prompts' must be a list of objects."),
    (#"{"prompts": [{"title": "T", "prompt": "P"}], "defense": {"sigm": 1}}"#, "sigm"),
    (#"{"prompts": [{"title": "T", "prompt": "P"}], "weights": {"sha": ""}}"#, "'sha'"),
  ])
  func `what is not understood is refused by name`(text: String, message: String) throws {
    let file = try TemporaryFile(text)
    let error = #expect(throws: Failure.self) {
      try DemoScript.load(file.path, for: ModelArguments.parse([]))
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == 2)
  }

  /// The models are the fetched ones, and the suffixes are among those that a search made for them.
  @Test func `scripts for other weights name files that are fetched, and attacks made for them`()
    throws
  {
    let pins = try String(contentsOf: Self.root.appending(path: "scripts/pins.sh"), encoding: .utf8)
    let scripts = try DemoScript.forOtherWeights()
    #expect(scripts.count == 2)
    for script in scripts {
      let weights = try #require(script.weights)
      let line = try #require(
        pins.split(separator: "\n").first { $0.hasSuffix("_SHA256=\(weights.sha256)") })
      let size = line.hasPrefix("QWEN_05B") ? "0.5b" : "1.5b"
      let artifact = try JSONDecoder().decode(
        Artifact.self,
        from: Data(
          contentsOf: Self.root.appending(
            path: "Examples/evaluations/attacks/qwen-\(size)-search.json")))
      let made = artifact.jailbreaks.compactMap(\.prompt)
      #expect(script.prompts.map(\.kind) == [.direct, .adversarial, .benign])
      let (direct, attack) = (script.prompts[0].prompt, script.prompts[1].prompt)
      #expect(attack.hasPrefix(direct) && attack != direct)
      #expect(made.contains(attack), "\(size)")
    }
  }

  @Test func `what the built-in script says of its suffix is said of the weights it was made for`()
    throws
  {
    let builtIn = try DemoScript.builtIn()
    func fitting(_ model: String, _ lora: String...) throws -> DemoScript {
      try .fitting(.parse(["--model", model] + lora.flatMap { ["--lora", $0] }))
    }
    let adapter = "b/smollm2-135m-aligned/adapter.f16.gguf"
    for lora in [
      adapter, adapter + ":1.0", adapter + ":1", "/usr/share/resta/adapter.f16.gguf",
    ] {
      let own = try fitting("a/SmolLM2-135M-Instruct.Q4_0.gguf", lora)
      #expect(own.defense != nil && own.attack == nil)
      #expect(own.prompts.map(\.title) == builtIn.prompts.map(\.title))
    }
    for other in [
      try fitting("some-other-model.gguf"), try fitting("some-other-model.gguf", adapter),
      try fitting("a/SmolLM2-135M-Instruct.Q4_1.gguf", adapter),
      try fitting("a/SmolLM2-135M-Instruct.Q4_0.gguf"),
      try fitting("a/SmolLM2-135M-Instruct.Q4_0.gguf", adapter + ":0.5"),
      try fitting("a/SmolLM2-135M-Instruct.Q4_0.gguf", "c/adapter.f16.gguf"),
    ] {
      #expect(other.defense == nil && other.attack?.contains("other weights") == true)
      #expect(other.prompts.map(\.prompt) == builtIn.prompts.map(\.prompt))
      #expect(!other.prompts.contains { $0.title.contains("this file") })
    }
  }

  /// A few bytes stand for the model's file.
  @Test func `a script goes with the very weights that it names`() throws {
    let model = try TemporaryFile("weights", name: "model.gguf")
    // Of `weights`, by `sha256sum`.
    let digest =
      "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
    for (sha256, bytes, fits) in [
      (digest, 7, true), (digest, 8, false), (String(digest.reversed()), 7, false),
    ] {
      let script = try TemporaryFile(
        """
        {"weights": {"bytes": \(bytes), "sha256": "\(sha256)"},
         "prompts": [{"title": "T", "prompt": "P"}]}
        """)
      func load(_ more: String...) throws -> DemoScript {
        try .load(script.path, for: .parse(["--model", model.path] + more))
      }
      if fits {
        #expect(try load().prompts.count == 1)
        #expect(throws: Failure.self) { try load("--lora", "a.gguf") }
      } else {
        let error = #expect(throws: Failure.self) { try load() }
        #expect(error?.description.contains("'weights'") == true)
      }
    }
  }
}
