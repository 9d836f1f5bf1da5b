/// Embedding noise that is ready to be added: kind, absolute sigma and seed are settled.
///
/// The noise of a value is a pure function of (seed, copy, position, dimension), so perturbing fewer
/// copies or positions, or in another order, gives the same values. z and s come from the streams
/// `RandomStream.Purpose.embeddingNoise` and `RandomStream.Purpose.directionScalar` at `a` =
/// position and `b` = copy. The kinds that use z share it, which makes comparisons of them paired.
///
/// ```swift
/// let noise = try EmbeddingNoise(settings, scale: model.information.embeddingScale, seed: 7)
/// let copies = (0..<10).map { noise.perturb(prompt, positions: user, copy: $0) }
/// ```
///
/// Reference: RESTA, arXiv 2501.16497, the section on embedding perturbations; power matching is arXiv 2603.15259's.
public struct EmbeddingNoise: Sendable, Hashable {
  /// The distribution.
  public let kind: NoiseKind

  /// The strength in the embeddings' own unit, before power matching.
  public let sigma: Double

  /// Whether directional noise is multiplied by √d, to have isotropic noise's power.
  public let powerMatched: Bool

  /// The seed of z and s.
  public let seed: UInt64

  /// Makes noise of a known absolute strength.
  ///
  /// - Precondition: `sigma` is at least 0, and `powerMatched` is set for directional noise only.
  /// - Parameters:
  ///   - kind: The distribution.
  ///   - sigma: The strength in the embeddings' own unit.
  ///   - powerMatched: Whether to multiply directional noise by √d. Default: `false`.
  ///   - seed: Any value, 0 included.
  public init(kind: NoiseKind, sigma: Double, powerMatched: Bool = false, seed: UInt64) {
    precondition(sigma >= 0, "noise cannot have sigma \(sigma)")
    precondition(!powerMatched || kind.isDirectional, "only directional noise can be power matched")
    self.kind = kind
    self.sigma = sigma
    self.powerMatched = powerMatched
    self.seed = seed
  }

  /// Makes the noise that settings ask for on a model.
  ///
  /// - Parameters:
  ///   - settings: Kind and strength.
  ///   - scale: The size of the model's embeddings: the unit of a relative sigma.
  ///   - seed: Any value, 0 included.
  /// - Throws: `RESTAError.Code.invalidSetting` if the settings are out of range, or so large that
  ///   the absolute sigma is not finite; `RESTAError.Code.nonFiniteOutput` if the embeddings' size
  ///   is not.
  /// - Complexity: O(1).
  public init(
    _ settings: NoiseSettings, scale: EmbeddingScale, seed: UInt64
  ) throws(RESTAError) {
    try settings.validate()
    let sigma = settings.sigma.absolute(
      for: settings.kind, powerMatched: settings.powerMatched, scale: scale)
    guard sigma.isFinite else {
      guard scale.meanNorm.isFinite, scale.rootMeanSquare.isFinite else {
        throw RESTAError(
          .nonFiniteOutput,
          "the model's embeddings hold values that are not finite: check the model file")
      }
      throw RESTAError.invalidSetting(
        "sigma is \(settings.sigma), which is too large for these embeddings")
    }
    self.init(
      kind: settings.kind, sigma: sigma, powerMatched: settings.powerMatched, seed: seed)
  }

  /// One perturbed copy of a prompt.
  ///
  /// Rows outside of `positions` are bit-identical to the input; so are all rows if sigma is 0 or the
  /// kind is ``NoiseKind/none``.
  ///
  /// - Precondition: All `positions` are in `0..<embeddings.rows`; positions and `copy` are in
  ///   `0..<2^32`; `rows` are in `0..<embeddings.rows`.
  /// - Parameters:
  ///   - embeddings: The whole prompt, `[tokens, dimensions]`.
  ///   - positions: The prompt positions that hold user content.
  ///   - copy: The copy, i in the paper, from 0.
  ///   - rows: The positions that are wanted. Default: all.
  /// - Returns: These positions of the copy, `[rows, dimensions]`.
  /// - Complexity: O(rows · dimensions + positions).
  public func perturb(
    _ embeddings: EmbeddingMatrix, positions: [Int], copy: Int, rows: Range<Int>? = nil
  ) -> EmbeddingMatrix {
    let rows = rows ?? 0..<embeddings.rows
    var perturbed = embeddings.rows(rows)
    guard kind != .none, sigma != 0 else { return perturbed }
    for position in positions where rows.contains(position) {
      let row = perturbedRow(embeddings[row: position], position: position, copy: copy)
      perturbed.replace(row: position - rows.lowerBound, with: row)
    }
    return perturbed
  }

  /// One token's embedding as it is in one copy.
  ///
  /// - Precondition: `position` and `copy` are in `0..<2^32`.
  package func perturbedRow(_ e: ArraySlice<Float>, position: Int, copy: Int) -> [Float] {
    precondition(
      UInt32(exactly: position) != nil && UInt32(exactly: copy) != nil,
      "position \(position) or copy \(copy) is outside of 0..<2^32")
    let a = UInt32(truncatingIfNeeded: position)
    let b = UInt32(truncatingIfNeeded: copy)
    let scale = powerMatched ? Double(e.count).squareRoot() : 1
    if kind == .hard {
      let stream = RandomStream(seed: seed, purpose: .directionScalar)
      let s = stream.standardNormals(a: a, b: b, block: 0)[0]
      return Self.perturb(row: e, z: [], s: s, kind: kind, sigma: scale * sigma)
    }
    let stream = RandomStream(seed: seed, purpose: .embeddingNoise)
    let z = stream.standardNormals(count: e.count, a: a, b: b)
    return Self.perturb(row: e, z: z, s: 0, kind: kind, sigma: scale * sigma)
  }
}

extension EmbeddingNoise {
  /// H(e) for given random numbers: the equations of ``NoiseKind``.
  ///
  /// All arithmetic is in `Double`, sums over dimensions included, and the result is rounded to `Float` once.
  ///
  /// A zero vector has no direction, and directional noise leaves it alone. Deviation: orthogonal
  /// noise leaves it alone too, because "orthogonal to e" has no meaning for it.
  ///
  /// - Precondition: `z` has as many values as `e`, unless the kind is none or hard.
  package static func perturb(
    row e: ArraySlice<Float>, z: [Float], s: Float, kind: NoiseKind, sigma: Double
  ) -> [Float] {
    guard kind != .none, sigma != 0 else { return Array(e) }
    precondition(
      kind == .hard || z.count == e.count,
      "\(z.count) normal numbers cannot perturb an embedding of \(e.count) dimensions")
    // Isotropic noise alone needs no direction.
    let squaredNorm = kind == .isotropic ? 1 : e.sumOfSquares
    guard squaredNorm != 0 else { return Array(e) }
    switch kind {
    case .none, .isotropic:
      return add(z, to: e) { _, z in sigma * z }
    case .hard:
      let scale = sigma * Double(s) / squaredNorm.squareRoot()
      return e.map { Float(Double($0) + scale * Double($0)) }
    case .soft:
      let scale = sigma / squaredNorm.squareRoot()
      return add(z, to: e) { e, z in scale * z * e }
    case .orthogonal:
      // (z·u)u = (z·e / |e|²) e: one division instead of a unit vector.
      var projection = 0.0
      for (e, z) in zip(e, z) { projection += Double(e) * Double(z) }
      let along = projection / squaredNorm
      return add(z, to: e) { e, z in sigma * (z - along * e) }
    }
  }

  /// e plus the noise that `noise` makes of each (e, z), in `Double`, rounded once.
  @inline(__always)
  private static func add(
    _ z: [Float], to e: ArraySlice<Float>, noise: (_ e: Double, _ z: Double) -> Double
  ) -> [Float] {
    zip(e, z).map { Float(Double($0) + noise(Double($0), Double($1))) }
  }
}

/// One perturbed copy of a prompt from a position on, e~^i, made row by row when the engine takes it.
///
/// A whole copy of a long prompt takes megabytes, and k of them would wait for their pass. Since the
/// noise is a pure function of the position, the engine asks for what one batch of it computes.
public struct PerturbedRows: Sendable {
  private let noise: EmbeddingNoise
  private let embeddings: EmbeddingMatrix
  private let positions: [Int]
  private let copy: Int
  private let start: Int

  /// Describes a copy; nothing is computed.
  ///
  /// - Precondition: As for ``EmbeddingNoise/perturb(_:positions:copy:rows:)``.
  /// - Parameters:
  ///   - noise: H.
  ///   - embeddings: The whole clean prompt, `[tokens, dimensions]`.
  ///   - positions: The prompt positions that hold user content.
  ///   - copy: The copy, i in the paper, from 0.
  ///   - start: The prompt position of the first row, in `0...embeddings.rows`. Default: 0.
  public init(
    _ noise: EmbeddingNoise, embeddings: EmbeddingMatrix, positions: [Int], copy: Int,
    from start: Int = 0
  ) {
    precondition(
      (0...embeddings.rows).contains(start), "\(start) is outside of the \(embeddings.rows) rows")
    self.noise = noise
    self.embeddings = embeddings
    self.positions = positions
    self.copy = copy
    self.start = start
  }

  /// The number of rows.
  public var count: Int { embeddings.rows - start }

  /// The length d of a row.
  public var dimensions: Int { embeddings.dimensions }

  /// Whether all rows are finite for sure: the clean ones are, and no noise of this sigma makes an
  /// embedding too large for a `Float`.
  ///
  /// A normal number of `RandomStream` is below 10 in size, and the noise of a row below √d times that.
  package var isFinite: Bool {
    let width = Double(dimensions).squareRoot()
    let strength = 10 * width * noise.sigma * (noise.powerMatched ? width : 1)
    return embeddings.values.allSatisfy { strength + Double($0.magnitude) <= 1e38 }
  }

  /// Computes some rows, `[range, dimensions]`.
  ///
  /// - Precondition: `range` is in `0..<count`.
  /// - Parameter range: Which ones, from 0.
  /// - Returns: The same values for the same rows, whatever the range.
  /// - Complexity: O(range · dimensions + positions).
  public func rows(_ range: Range<Int>) -> EmbeddingMatrix {
    noise.perturb(
      embeddings, positions: positions, copy: copy,
      rows: range.lowerBound + start..<range.upperBound + start)
  }
}
