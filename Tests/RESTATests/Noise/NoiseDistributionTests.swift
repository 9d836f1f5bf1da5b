import RESTA
import Testing

@Suite("Embedding noise's distribution")
struct NoiseDistributionTests {
  static let e: [Float] = [2, -1, 0.5]

  @Test(
    "has mean 0 and the covariance of its equation",
    arguments: [
      (NoiseKind.isotropic, false), (.hard, false), (.hard, true), (.soft, false), (.soft, true),
      (.orthogonal, false),
    ])
  func covariance(kind: NoiseKind, powerMatched: Bool) {
    let (d, sigma, draws) = (3, 0.7, 20_000)
    let e = Self.e.map(Double.init)
    let norm = e.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let u = e.map { $0 / norm }
    let power = sigma * sigma * (powerMatched ? Double(d) : 1)
    func theory(_ j: Int, _ k: Int) -> Double {
      let identity: Double = j == k ? 1 : 0
      switch kind {
      case .none: return 0
      case .isotropic: return power * identity
      case .hard: return power * u[j] * u[k]
      case .soft: return power * identity * u[j] * u[k]
      case .orthogonal: return power * (identity - u[j] * u[k])
      }
    }

    let noise = EmbeddingNoise(kind: kind, sigma: sigma, powerMatched: powerMatched, seed: 17)
    var sums = [Double](repeating: 0, count: d)
    var products = [Double](repeating: 0, count: d * d)
    for draw in 0..<draws {
      let perturbed = noise.perturbedRow(Self.e[...], position: draw / 100, copy: draw % 100)
      let added = (0..<d).map { Double(perturbed[$0]) - e[$0] }
      for j in 0..<d {
        sums[j] += added[j]
        for k in 0..<d { products[j * d + k] += added[j] * added[k] }
      }
    }
    // For normal numbers of covariance C: the mean of n_j has variance C_jj / N, that of n_j n_k
    // (C_jj C_kk + C_jk²) / N. The results' rounding, 1e-7, is added.
    let n = Double(draws)
    for j in 0..<d {
      let mean = sums[j] / n
      #expect(abs(mean) < Statistical.errors * (theory(j, j) / n).squareRoot() + 1e-7)
      for k in 0..<d {
        let variance = theory(j, j) * theory(k, k) + theory(j, k) * theory(j, k)
        let error = products[j * d + k] / n - theory(j, k)
        #expect(
          abs(error) < Statistical.errors * (variance / n).squareRoot() + 1e-6, "(\(j), \(k))")
      }
    }
  }

  @Test(
    "turns an embedding around as often as Φ(-|e|/σ), for hard noise",
    arguments: [0.5, 0.8, 2, 20])
  func flips(sigma: Double) throws {
    let embeddings = EmbeddingMatrix(rows: 1, dimensions: 4, values: [0.5, -0.5, 0.5, 0.5])
    let copies = 20_000
    let statistics = NoiseStatistics(
      of: EmbeddingNoise(kind: .hard, sigma: sigma, seed: 3), embeddings: embeddings,
      positions: [0], copies: copies)
    let expected = Statistical.normalDistribution(-1 / sigma)
    // Binomial: the share has variance p(1 - p) / N.
    let error = (expected * (1 - expected) / Double(copies)).squareRoot()
    let share = try #require(statistics.flipShare)
    #expect(abs(share - expected) < Statistical.errors * error, "\(share), expected \(expected)")
    // Hard noise leaves only e's own direction and its opposite.
    let cosine = try #require(statistics.meanCosine)
    #expect(abs(cosine - (1 - 2 * share)) < 1e-6)
  }

  @Test("has the power σ²d when it is isotropic or power matched, and σ² when directional")
  func power() {
    let d = 576
    let e = RandomStream(seed: 1, purpose: .embeddingNoise).standardNormals(count: d, a: 0, b: 0)
    let draws = 2000
    for (kind, matched, factor) in [
      (NoiseKind.isotropic, false, Double(d)), (.hard, false, 1), (.hard, true, Double(d)),
      (.soft, false, 1), (.soft, true, Double(d)), (.orthogonal, false, Double(d - 1)),
    ] {
      let noise = EmbeddingNoise(kind: kind, sigma: 0.5, powerMatched: matched, seed: 2)
      var total = 0.0
      for copy in 0..<draws {
        for (perturbed, e) in zip(noise.perturbedRow(e[...], position: 0, copy: copy), e) {
          total += (Double(perturbed) - Double(e)) * (Double(perturbed) - Double(e))
        }
      }
      // At worst one chi-square number per draw, of variance 2: hard noise.
      let ratio = total / Double(draws) / (0.25 * factor)
      #expect(
        abs(ratio - 1) < Statistical.errors * (2 / Double(draws)).squareRoot(), "\(kind) \(matched)"
      )
    }
  }
}
