import Foundation
import RESTA
import RESTATesting
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
    let sigma = Sigma(value: 0.8, unit: .absolute)
    #expect(
      sigma.absolute(for: kind, scale: EmbeddingScale(meanNorm: 3, rootMeanSquare: 2)) == 0.8)
  }

  @Test("in relative units is a multiple of the size of the model's embeddings")
  func relative() {
    let scale = EmbeddingScale(
      of: EmbeddingMatrix(rows: 2, dimensions: 2, values: [3, 4, -6, 8]))
    let sigma = Sigma(value: 0.5, unit: .relative)
    for kind in [NoiseKind.hard, .soft] {
      #expect(sigma.absolute(for: kind, scale: scale) == 0.5 * 7.5)
      #expect(
        sigma.absolute(for: kind, powerMatched: true, scale: scale)
          == 0.5 * (125.0 / 4).squareRoot())
    }
    for kind in [NoiseKind.isotropic, .orthogonal] {
      #expect(sigma.absolute(for: kind, scale: scale) == 0.5 * (125.0 / 4).squareRoot())
    }
  }

  @Test("is measured on plain tokens, spread over the whole vocabulary")
  func sample() {
    let small = EmbeddingScale.sample(of: ScriptedTokenizer())
    #expect(small == (0..<256).map { TokenID($0) })
    for size in [4_095, 4_096, 4_097, 10_000, 151_936] {
      let sample = EmbeddingScale.sample(of: WideTokenizer(vocabularySize: size))
      #expect(sample.count == min(4_096, (size + 1) / 2), "\(size)")
      #expect(sample.allSatisfy { $0 % 2 == 0 && $0 < size }, "\(size)")
      #expect(zip(sample, sample.dropFirst()).allSatisfy { $0 < $1 }, "\(size)")
      #expect((sample.last ?? 0) >= TokenID(size - size / 1_000 - 3), "\(size)")
    }
  }

  /// A vocabulary in which every other token is plain.
  private struct WideTokenizer: Tokenizer {
    let vocabularySize: Int
    let beginningOfSequence: TokenID? = nil
    let addsSpacePrefix = false
    func tokenize(_ utf8: [UInt8], parsesControl: Bool) -> [TokenID] { [] }
    func bytes(of token: TokenID) -> [UInt8] { [] }
    func kind(of token: TokenID) -> TokenKind { token % 2 == 0 ? .normal : .control }
    func isEndOfGeneration(_ token: TokenID) -> Bool { false }
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
        let rows = expected.positions.map { embeddings[row: $0] }
        let found = sigma.absolute(
          for: kind,
          scale: EmbeddingScale(
            of: EmbeddingMatrix(
              rows: rows.count, dimensions: embeddings.dimensions, values: rows.flatMap { $0 })))
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
    func noise(_ value: Double, norm: Double) throws -> EmbeddingNoise {
      try EmbeddingNoise(
        NoiseSettings(kind: .hard, sigma: Sigma(value: value, unit: .relative)),
        scale: EmbeddingScale(meanNorm: norm, rootMeanSquare: 1), seed: 0)
    }
    #expect(try noise(0.5, norm: 5).sigma == 2.5)
    for (value, norm, code) in [
      (0.5, .infinity, RESTAError.Code.nonFiniteOutput), (1e308, 5, .invalidSetting),
      (-1, 5, .invalidSetting),
    ] {
      let error = #expect(throws: RESTAError.self) { try noise(value, norm: norm) }
      #expect(error?.code == code, "sigma \(value)")
    }
  }
}
