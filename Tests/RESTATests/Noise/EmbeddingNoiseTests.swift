import RESTA
import RESTATesting
import Testing

@Suite("EmbeddingNoise")
struct EmbeddingNoiseTests {
  @Test("gives the reference's embeddings to a millionth")
  func golden() throws {
    let golden = try NoiseGolden.load()
    #expect(golden.noise.count > 150)
    for expected in golden.noise {
      let embeddings = try golden.matrix(dimensions: expected.dimensions)
      let noise = EmbeddingNoise(
        kind: expected.kind, sigma: try NoiseGolden.number(expected.sigma),
        powerMatched: expected.powerMatched, seed: try NoiseGolden.number(expected.seed))
      let perturbed = noise.perturb(
        embeddings, positions: expected.positions, copy: expected.copy)
      let reference = EmbeddingMatrix(
        rows: expected.positions.count, dimensions: expected.dimensions,
        values: try NoiseGolden.floats(expected.rows))
      for (row, position) in expected.positions.enumerated() {
        let (values, wanted) = (Array(perturbed[row: position]), Array(reference[row: row]))
        let e = Array(embeddings[row: position])
        // A few ulps of the larger term: where e and its noise cancel, the sum has fewer digits.
        let different = values.indices.first {
          !(abs(values[$0] - wanted[$0]) <= 1e-6 * max(abs(wanted[$0]), abs(e[$0])))
        }
        #expect(
          different == nil,
          """
          \(noise), copy \(expected.copy), position \(position): values \(values), not \(wanted), \
          of embedding \(e)
          """)
      }
    }
  }

  @Test("adds the equations' noise to a simple embedding")
  func equations() {
    // |e| = 5, u = (0.6, 0.8), z·u = 2.2, (z·u)u = (1.32, 1.76).
    let e: [Float] = [3, 4]
    let expected: [NoiseKind: [Float]] = [
      .none: [3, 4], .isotropic: [3.5, 5], .hard: [3.9, 5.2], .soft: [3.3, 4.8],
      .orthogonal: [3 + 0.5 * (1 - 1.32), 4 + 0.5 * (2 - 1.76)],
    ]
    for kind in NoiseKind.allCases {
      let perturbed = EmbeddingNoise.perturb(
        row: e[...], z: [1, 2], s: 3, kind: kind, sigma: 0.5)
      for (value, wanted) in zip(perturbed, expected[kind] ?? []) {
        #expect(value.ulps(from: wanted) <= 1, "\(kind): \(perturbed)")
      }
    }
  }

  @Test("leaves a zero vector alone, unless it is isotropic", arguments: NoiseKind.allCases)
  func zeroVector(kind: NoiseKind) {
    let zero: [Float] = [0, -0.0, 0]
    let perturbed = EmbeddingNoise.perturb(
      row: zero[...], z: [1, 2, 3], s: 1, kind: kind, sigma: 1)
    let expected = kind == .isotropic ? [1, 2, 3] : zero
    #expect(perturbed.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test("gives a vector of the smallest numbers a direction", arguments: [NoiseKind.hard, .soft])
  func tinyVector(kind: NoiseKind) {
    let e = [Float.leastNonzeroMagnitude, 0]
    let perturbed = EmbeddingNoise.perturb(row: e[...], z: [2, 2], s: 2, kind: kind, sigma: 1)
    #expect(perturbed == [2, 0])
  }

  @Test("keeps every row but the given ones, bit by bit")
  func otherRows() {
    for drawn in NoiseCase.drawn(300, seed: 1) {
      for copy in 0..<drawn.copies {
        let perturbed = drawn.noise.perturb(
          drawn.embeddings, positions: drawn.positions, copy: copy)
        for row in 0..<drawn.embeddings.rows where !drawn.positions.contains(row) {
          #expect(
            perturbed.bits(ofRow: row) == drawn.embeddings.bits(ofRow: row), "\(drawn), row \(row)")
        }
      }
    }
  }

  @Test("changes every given row that has a direction, unless there is no noise")
  func givenRows() {
    for drawn in NoiseCase.drawn(300, seed: 2) {
      let perturbed = drawn.noise.perturb(drawn.embeddings, positions: drawn.positions, copy: 0)
      if drawn.noise.sigma == 0 || drawn.noise.kind == .none {
        #expect(perturbed.bits == drawn.embeddings.bits, "\(drawn)")
        continue
      }
      // What is orthogonal to the only dimension is nothing.
      if drawn.noise.kind == .orthogonal && drawn.embeddings.dimensions == 1 { continue }
      // Half an ulp of the largest values may hide the smallest noise in a short vector.
      if drawn.embeddings.dimensions < 4 { continue }
      for row in drawn.positions where drawn.embeddings.norm(ofRow: row) > 0 {
        #expect(
          perturbed.bits(ofRow: row) != drawn.embeddings.bits(ofRow: row), "\(drawn), row \(row)")
      }
    }
  }

  @Test("does not depend on the order or the choice of copies and positions")
  func orderIndependence() {
    var generator = SeededGenerator(seed: 3)
    for drawn in NoiseCase.drawn(300, seed: 3) {
      let whole = (0..<drawn.copies).map {
        drawn.noise.perturb(drawn.embeddings, positions: drawn.positions, copy: $0)
      }
      for copy in (0..<drawn.copies).shuffled(using: &generator) {
        let shuffled = drawn.positions.shuffled(using: &generator)
        let again = drawn.noise.perturb(drawn.embeddings, positions: shuffled, copy: copy)
        #expect(again.bits == whole[copy].bits, "\(drawn), copy \(copy), order \(shuffled)")
        let some = shuffled.prefix(generator.integer(in: 0...shuffled.count))
        let part = drawn.noise.perturb(drawn.embeddings, positions: Array(some), copy: copy)
        for row in some {
          #expect(
            part.bits(ofRow: row) == whole[copy].bits(ofRow: row),
            "\(drawn), copy \(copy), subset \(some), row \(row)")
          let alone = drawn.noise.perturbedRow(
            drawn.embeddings[row: row], position: row, copy: copy)
          #expect(alone.map(\.bitPattern) == whole[copy].bits(ofRow: row), "\(drawn), row \(row)")
        }
      }
    }
  }

  @Test("perturbs a position that is given twice once")
  func repeatedPosition() {
    let embeddings = EmbeddingMatrix(rows: 1, dimensions: 3, values: [1, 2, 3])
    let noise = EmbeddingNoise(kind: .soft, sigma: 1, seed: 0)
    #expect(
      noise.perturb(embeddings, positions: [0, 0], copy: 0)
        == noise.perturb(embeddings, positions: [0], copy: 0))
  }

  @Test("of one z is isotropic where hard noise with s = z·u and orthogonal noise add up")
  func decomposition() {
    var generator = SeededGenerator(seed: 4)
    for number in 0..<500 {
      let d = generator.integer(in: 1...64)
      let e = generator.floats(d)
      let z = generator.floats(d).map { 3 * $0 }
      let sigma = [0.01, 0.8, 7][generator.integer(in: 0...2)]
      let norm = e.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      if norm == 0 { continue }
      let s = Float(zip(e, z).reduce(0) { $0 + Double($1.0) * Double($1.1) } / norm)
      func perturbed(_ kind: NoiseKind) -> [Float] {
        EmbeddingNoise.perturb(row: e[...], z: z, s: s, kind: kind, sigma: sigma)
      }
      let (isotropic, hard, orthogonal) = (
        perturbed(.isotropic), perturbed(.hard), perturbed(.orthogonal)
      )
      // Four roundings to Float, of s and of the three results: half an ulp, 2^-24, of each.
      let different = (0..<d).first { i in
        let sum = Double(hard[i]) + Double(orthogonal[i]) - Double(e[i])
        let size = abs(isotropic[i]) + abs(hard[i]) + abs(orthogonal[i]) + abs(hard[i] - e[i])
        return !(abs(sum - Double(isotropic[i])) <= 0x1p-24 * Double(size) * 1.0001)
      }
      #expect(
        different == nil,
        """
        case \(number), sigma \(sigma): e \(e), z \(z), isotropic \(isotropic), hard \(hard), \
        orthogonal \(orthogonal)
        """)
    }
  }

  @Test("is orthogonal to the embedding where it is said to be")
  func orthogonality() {
    for drawn in NoiseCase.drawn(300, seed: 5) {
      let noise = EmbeddingNoise(kind: .orthogonal, sigma: 0.8, seed: drawn.noise.seed)
      for row in 0..<drawn.embeddings.rows {
        let e = drawn.embeddings[row: row]
        let perturbed = noise.perturbedRow(e, position: row, copy: 0)
        var (dot, size) = (0.0, 0.0)
        for (e, perturbed) in zip(e, perturbed) {
          dot += (Double(perturbed) - Double(e)) * Double(e)
          size += abs(Double(perturbed) * Double(e))
        }
        // Each perturbed value is off by half an ulp at most; the Doubles' own errors are far smaller.
        #expect(abs(dot) <= 0x1p-24 * size * 1.0001 + 1e-12, "\(drawn), row \(row): \(dot)")
      }
    }
  }

  @Test(
    "is √d times as large when directional and power matched", arguments: [NoiseKind.hard, .soft])
  func powerMatching(kind: NoiseKind) {
    let e: [Float] = [1, -2, 3, 0.5]
    let plain = EmbeddingNoise(kind: kind, sigma: 2, seed: 9)
    let matched = EmbeddingNoise(kind: kind, sigma: 1, powerMatched: true, seed: 9)
    #expect(
      matched.perturbedRow(e[...], position: 3, copy: 1)
        == plain.perturbedRow(e[...], position: 3, copy: 1))
  }

  @Test("made in pieces is the noise made at once, and is known to be finite before it is made")
  func pieces() throws {
    for drawn in NoiseCase.drawn(300, seed: 8) {
      let whole = drawn.noise.perturb(drawn.embeddings, positions: drawn.positions, copy: 2)
      for start in 0...drawn.embeddings.rows {
        let rows = PerturbedRows(
          drawn.noise, embeddings: drawn.embeddings, positions: drawn.positions, copy: 2,
          from: start)
        #expect(rows.count == drawn.embeddings.rows - start && rows.isFinite)
        for size in [1, 2, 7] {
          let values = stride(from: 0, to: rows.count, by: size).flatMap {
            rows.rows($0..<min($0 + size, rows.count)).values
          }
          #expect(values == whole.rows(start..<whole.rows).values, "\(drawn) from \(start)")
        }
      }
    }
    let one = EmbeddingMatrix(rows: 1, dimensions: 2, values: [1, 2])
    for kind in [NoiseKind.isotropic, .hard, .soft, .orthogonal] {
      let huge = EmbeddingNoise(kind: kind, sigma: 1e37, seed: 0)
      #expect(!PerturbedRows(huge, embeddings: one, positions: [0], copy: 0).isFinite)
    }
  }

  @Test("of relative sigma scales with the embeddings, exactly for powers of two")
  func scaleInvariance() throws {
    for drawn in NoiseCase.drawn(300, seed: 6) {
      for scale in [Float(0.25), 8] {
        let settings = NoiseSettings(
          kind: drawn.noise.kind, sigma: Sigma(value: 0.6, unit: .relative),
          powerMatched: drawn.noise.powerMatched)
        func perturbed(_ embeddings: EmbeddingMatrix) throws -> [Float] {
          let noise = try EmbeddingNoise(
            settings, scale: EmbeddingScale(of: embeddings), seed: drawn.noise.seed)
          return noise.perturb(embeddings, positions: drawn.positions, copy: 1).values
        }
        let scaled = EmbeddingMatrix(
          rows: drawn.embeddings.rows, dimensions: drawn.embeddings.dimensions,
          values: drawn.embeddings.values.map { $0 * scale })
        let expected = try perturbed(drawn.embeddings).map { $0 * scale }
        #expect(try perturbed(scaled) == expected, "\(drawn), times \(scale)")
      }
    }
  }

  @Test("of one seed uses one z for isotropic, soft and orthogonal noise, and another s")
  func sharedNumbers() {
    let d = 6
    let e = [Float](repeating: 2, count: d)
    let z = RandomStream(seed: 5, purpose: .embeddingNoise).standardNormals(count: d, a: 11, b: 3)
    let s = RandomStream(seed: 5, purpose: .directionScalar)
      .standardNormals(a: 11, b: 3, block: 0)[0]
    #expect(!z.contains(s))
    for kind in NoiseKind.allCases {
      let noise = EmbeddingNoise(kind: kind, sigma: 0.7, seed: 5)
      #expect(
        noise.perturbedRow(e[...], position: 11, copy: 3)
          == EmbeddingNoise.perturb(row: e[...], z: z, s: s, kind: kind, sigma: 0.7), "\(kind)")
    }
  }

  @Test(
    "has isotropic noise's power when it is matched, in either unit",
    arguments: [NoiseKind.hard, .soft], [Sigma.Unit.absolute, .relative])
  func matchedPower(kind: NoiseKind, unit: Sigma.Unit) throws {
    // Rows of equal norm, so that the mean norm and the RMS say the same. The mean of |e~ - e|^2 over
    // n = 20 rows x 200 copies estimates sigma^2 d; for hard noise its relative standard deviation is
    // sqrt(2 / 4000) = 0.022, for the others less: 0.12 is over five of them.
    let (rows, dimensions, copies) = (20, 16, 200)
    let values = (0..<(rows * dimensions)).map { $0 % 3 == 0 ? Float(2) : -1 }
    let row = Array(values.prefix(dimensions))
    let embeddings = EmbeddingMatrix(
      rows: rows, dimensions: dimensions, values: Array(repeating: row, count: rows).flatMap { $0 })
    let positions = Array(0..<rows)
    func power(_ settings: NoiseSettings) throws -> Double {
      let noise = try EmbeddingNoise(settings, scale: EmbeddingScale(of: embeddings), seed: 11)
      var sum = 0.0
      for copy in 0..<copies {
        let perturbed = noise.perturb(embeddings, positions: positions, copy: copy)
        for (a, b) in zip(perturbed.values, embeddings.values) { sum += Double((a - b) * (a - b)) }
      }
      return sum / Double(copies * rows)
    }
    let sigma = Sigma(value: 0.3, unit: unit)
    let matched = try power(NoiseSettings(kind: kind, sigma: sigma, powerMatched: true))
    let isotropic = try power(NoiseSettings(kind: .isotropic, sigma: sigma))
    #expect(abs(matched / isotropic - 1) < 0.12, "\(kind) \(unit): \(matched) and \(isotropic)")
  }
}
