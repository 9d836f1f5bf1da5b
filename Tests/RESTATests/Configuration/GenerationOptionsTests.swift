import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("GenerationOptions")
struct GenerationOptionsTests {
  @Test("defaults to 256 greedy tokens")
  func defaults() {
    let options = GenerationOptions()
    #expect(options.maximumTokens == 256)
    #expect(options.stop.isEmpty)
    #expect(options.sampling == SamplingSettings())
    #expect(options.logProbabilities == nil)
    #expect(throws: Never.self) { try options.validate() }
  }

  @Test(
    "names the value that is out of range",
    arguments: [
      (GenerationOptions(maximumTokens: 0), "not 0"),
      (GenerationOptions(maximumTokens: -1), "not -1"),
      (GenerationOptions(stop: ["a", ""]), "stop string"),
      (GenerationOptions(sampling: SamplingSettings(temperature: -1)), "temperature"),
      (GenerationOptions(logProbabilities: -1), "from 0 to 20, not -1"),
      (GenerationOptions(logProbabilities: 21), "from 0 to 20, not 21"),
    ])
  func invalid(options: GenerationOptions, message: String) {
    let error = #expect(throws: RESTAError.self) { try options.validate() }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains(message) == true)
  }

  @Test("accepts the ends of its ranges")
  func valid() {
    #expect(throws: Never.self) { try GenerationOptions(maximumTokens: 1, stop: [" "]).validate() }
    #expect(throws: Never.self) { try GenerationOptions(maximumTokens: .max).validate() }
    #expect(throws: Never.self) { try GenerationOptions(logProbabilities: 0).validate() }
    #expect(throws: Never.self) { try GenerationOptions(logProbabilities: 20).validate() }
  }

  @Test("are written as before where no log-probabilities are asked for, and read so")
  func codable() throws {
    let old =
      #"{"ignoresEndOfGeneration":false,"maximumTokens":5,"sampling":"#
      + #"{"minP":0,"temperature":0,"topK":0,"topP":1},"stop":["a"]}"#
    let options = GenerationOptions(maximumTokens: 5, stop: ["a"])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(options), as: UTF8.self) == old)
    let decoder = JSONDecoder()
    #expect(try decoder.decode(GenerationOptions.self, from: Data(old.utf8)) == options)
    let asking = GenerationOptions(logProbabilities: 0)
    #expect(try decoder.decode(GenerationOptions.self, from: encoder.encode(asking)) == asking)
  }

  @Test("may ask for more tokens than fit, however many")
  func hugeMaximum() async throws {
    let model = ScriptedModel(contextLength: 7, predicting: Fixture.saying("abcdef"))
    let result = try await Fixture.generate(
      model, defense: Fixture.defense(l: .tokens(.max)),
      options: GenerationOptions(maximumTokens: .max))
    #expect(result.text == "abc")
    #expect(result.stopReason == .contextFull)
  }
}
