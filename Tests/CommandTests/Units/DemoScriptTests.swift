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
    let script = try DemoScript.load(file.path)
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
    (#"{"prompts": [{"title": "T"}]}"#, "there is no 'prompt'"),
    (#"{"prompts": [{"title": "T", "prompt": 1}]}"#, "prompt' is not what it must be"),
    (#"{"prompts": [{"title": "T", "prompt": "P"}], "defense": {"sigm": 1}}"#, "sigm"),
  ])
  func `what is not understood is refused by name`(text: String, message: String) throws {
    let file = try TemporaryFile(text)
    let error = #expect(throws: Failure.self) { try DemoScript.load(file.path) }
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

  @Test func `a model that no script was made for gets the prompts, its own noise and no claims`()
    throws
  {
    let builtIn = try DemoScript.builtIn()
    let script = try DemoScript.fitting(.parse(["--model", "some-other-model.gguf"]))
    #expect(script.defense == nil && builtIn.defense != nil)
    #expect(script.prompts.map(\.prompt) == builtIn.prompts.map(\.prompt))
    #expect(!script.prompts.contains { $0.title.contains("this file") })
    #expect(script.introduction.contains("made for another model"))
    let own = try DemoScript.fitting(
      .parse(["--model", "elsewhere/SmolLM2-135M-Instruct.Q4_1.gguf"]))
    #expect(own.defense != nil && own.prompts.map(\.title) == builtIn.prompts.map(\.title))
  }
}
