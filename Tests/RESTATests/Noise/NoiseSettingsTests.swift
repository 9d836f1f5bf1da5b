import Foundation
import RESTA
import Testing

@Suite("NoiseSettings")
struct NoiseSettingsTests {
  @Test(
    "accept every finite sigma from 0, in both units",
    arguments: [0, .leastNonzeroMagnitude, 0.8, 1e300, -0.0], Sigma.Unit.allCases)
  func accepted(value: Double, unit: Sigma.Unit) throws {
    for kind in NoiseKind.allCases {
      try NoiseSettings(kind: kind, sigma: Sigma(value: value, unit: unit)).validate()
    }
  }

  @Test(
    "refuse a sigma that is negative or not finite, and name it",
    arguments: [-1e-300, -1, .infinity, -.infinity, .nan, .signalingNaN],
    Sigma.Unit.allCases)
  func refused(value: Double, unit: Sigma.Unit) {
    let settings = NoiseSettings(kind: .hard, sigma: Sigma(value: value, unit: unit))
    let error = #expect(throws: RESTAError.self) { try settings.validate() }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains("sigma is \(value)") == true)
  }

  @Test(
    "accept power matching for directional noise only",
    arguments: zip(
      [NoiseKind.none, .isotropic, .hard, .soft, .orthogonal], [false, false, true, true, false]))
  func powerMatching(kind: NoiseKind, isAccepted: Bool) {
    let settings = NoiseSettings(
      kind: kind, sigma: Sigma(value: 1, unit: .absolute), powerMatched: true)
    if isAccepted {
      #expect(throws: Never.self) { try settings.validate() }
    } else {
      let error = #expect(throws: RESTAError.self) { try settings.validate() }
      #expect(error?.code == .invalidSetting)
      #expect(error?.message.contains(kind.rawValue) == true)
    }
    #expect(kind.isDirectional == isAccepted)
  }

  @Test("survive JSON, and may leave power matching out")
  func json() throws {
    let settings = NoiseSettings(
      kind: .soft, sigma: Sigma(value: 0.25, unit: .relative), powerMatched: true)
    let encoded = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(NoiseSettings.self, from: encoded) == settings)
    let short = #"{"kind":"orthogonal","sigma":{"value":2,"unit":"absolute"}}"#
    #expect(
      try JSONDecoder().decode(NoiseSettings.self, from: Data(short.utf8))
        == NoiseSettings(kind: .orthogonal, sigma: Sigma(value: 2, unit: .absolute)))
  }
}
