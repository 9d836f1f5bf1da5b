import Foundation
import RESTA
import Testing

@Suite("SamplingSettings")
struct SamplingSettingsTests {
  @Test("are greedy by default, with every filter off")
  func defaults() throws {
    let settings = SamplingSettings()
    #expect(settings.temperature == 0)
    #expect(settings.topK == 0)
    #expect(settings.topP == 1)
    #expect(settings.minP == 0)
    #expect(settings.seed == nil)
    try settings.validate()
  }

  @Test(
    "accept the ends of their ranges",
    arguments: [
      SamplingSettings(temperature: .leastNonzeroMagnitude), SamplingSettings(temperature: 1e308),
      SamplingSettings(temperature: 1, topP: 0), SamplingSettings(temperature: 1, topK: .max),
      SamplingSettings(temperature: 1, minP: 1), SamplingSettings(seed: 0),
      SamplingSettings(seed: .max),
    ])
  func accepted(settings: SamplingSettings) throws {
    try settings.validate()
    #expect(throws: Never.self) {
      try TokenSampler(settings, seed: 0).sample(logits: [1, 2], position: 0)
    }
  }

  @Test(
    "refuse what is out of range, naming it",
    arguments: [
      (SamplingSettings(temperature: -0.1), "temperature is -0.1"),
      (SamplingSettings(temperature: .nan), "temperature is nan"),
      (SamplingSettings(temperature: .infinity), "temperature is inf"),
      (SamplingSettings(topP: -0.1), "top-p is -0.1"),
      (SamplingSettings(topP: 1.1), "top-p is 1.1"),
      (SamplingSettings(topP: .nan), "top-p is nan"),
      (SamplingSettings(topK: -1), "top-k is -1"),
      (SamplingSettings(minP: -1), "min-p is -1.0"),
      (SamplingSettings(minP: 2), "min-p is 2.0"),
      (SamplingSettings(minP: .nan), "min-p is nan"),
    ])
  func refused(settings: SamplingSettings, start: String) {
    let error = #expect(throws: RESTAError.self) { try settings.validate() }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    let same = #expect(throws: RESTAError.self) {
      try TokenSampler(settings, seed: 0).sample(logits: [1, 2], position: 0)
    }
    #expect(same?.code == .invalidSetting)
  }

  @Test("survive JSON, with any seed, and may leave out what has a default")
  func json() throws {
    let settings = SamplingSettings(
      temperature: 0.7, topP: 0.9, topK: 40, minP: 0.05, seed: .max)
    let encoded = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(SamplingSettings.self, from: encoded) == settings)
    #expect(
      try JSONDecoder().decode(SamplingSettings.self, from: Data("{}".utf8)) == SamplingSettings())
  }
}
