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

@Suite("Sigma")
struct SigmaTests {
  @Test("in absolute units is itself, whatever the embeddings are", arguments: NoiseKind.allCases)
  func absolute(kind: NoiseKind) {
    let embeddings = EmbeddingMatrix(rows: 1, dimensions: 2, values: [3, 4])
    let sigma = Sigma(value: 0.8, unit: .absolute)
    #expect(sigma.absolute(for: kind, embeddings: embeddings, positions: [0]) == 0.8)
    #expect(sigma.absolute(for: kind, embeddings: embeddings, positions: []) == 0.8)
  }

  @Test("in relative units is a multiple of the user content's size alone")
  func relative() {
    // Row 0 is a template token of another size.
    let embeddings = EmbeddingMatrix(rows: 3, dimensions: 2, values: [90, 90, 3, 4, -6, 8])
    let sigma = Sigma(value: 0.5, unit: .relative)
    func absolute(_ kind: NoiseKind) -> Double {
      sigma.absolute(for: kind, embeddings: embeddings, positions: [1, 2])
    }
    #expect(absolute(.hard) == 0.5 * 7.5)
    #expect(absolute(.soft) == 0.5 * 7.5)
    #expect(absolute(.isotropic) == 0.5 * (125.0 / 4).squareRoot())
    #expect(absolute(.orthogonal) == 0.5 * (125.0 / 4).squareRoot())
  }

  @Test("in relative units is 0 where there is no user content", arguments: NoiseKind.allCases)
  func noUserContent(kind: NoiseKind) {
    let embeddings = EmbeddingMatrix(rows: 1, dimensions: 2, values: [3, 4])
    let sigma = Sigma(value: 0.5, unit: .relative)
    #expect(sigma.absolute(for: kind, embeddings: embeddings, positions: []) == 0)
  }

  @Test("in relative units agrees with the reference to 1e-12")
  func golden() throws {
    let golden = try NoiseGolden.load()
    for expected in golden.sigma {
      let embeddings = try golden.matrix(dimensions: expected.dimensions)
      let sigma = Sigma(value: try NoiseGolden.number(expected.value), unit: .relative)
      let directional: Double = try NoiseGolden.number(expected.directional)
      let perDimension: Double = try NoiseGolden.number(expected.perDimension)
      // Sums of Doubles in another order: an error of d ulps at most, 576 · 1e-16.
      for (kind, value) in [
        (NoiseKind.hard, directional), (.soft, directional), (.isotropic, perDimension),
        (.orthogonal, perDimension),
      ] {
        let found = sigma.absolute(
          for: kind, embeddings: embeddings, positions: expected.positions)
        #expect(abs(found - value) <= 1e-12 * value, "\(kind) of \(expected): \(found)")
      }
    }
  }

  @Test("is printed with its unit")
  func printed() {
    #expect("\(Sigma(value: 0.8, unit: .absolute))" == "0.8 absolute")
    #expect("\(Sigma(value: 0.5, unit: .relative))" == "0.5 relative")
  }

  @Test("is resolved by the noise, which refuses what is not finite")
  func resolved() throws {
    let embeddings = EmbeddingMatrix(rows: 2, dimensions: 2, values: [3, 4, .infinity, 0])
    func noise(_ value: Double, positions: [Int]) throws -> EmbeddingNoise {
      try EmbeddingNoise(
        NoiseSettings(kind: .hard, sigma: Sigma(value: value, unit: .relative)),
        embeddings: embeddings, positions: positions, seed: 0)
    }
    #expect(try noise(0.5, positions: [0]).sigma == 2.5)
    for (value, positions, code) in [
      (0.5, [0, 1], RESTAError.Code.nonFiniteOutput), (1e308, [0], .invalidSetting),
      (-1, [0], .invalidSetting),
    ] {
      let error = #expect(throws: RESTAError.self) { try noise(value, positions: positions) }
      #expect(error?.code == code, "sigma \(value)")
    }
  }
}
