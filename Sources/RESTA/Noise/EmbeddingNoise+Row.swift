extension EmbeddingNoise {
  /// H(e) for given random numbers: the equations of ``NoiseKind``.
  ///
  /// All arithmetic is in `Double`, sums over dimensions included, and the result is rounded to `Float`
  /// once.
  ///
  /// A zero vector has no direction, and directional noise leaves it alone. Deviation: orthogonal
  /// noise leaves it alone too, because "orthogonal to e" has no meaning for it.
  ///
  /// - Precondition: `z` has as many values as `e`, unless the kind is none or hard.
  /// - Parameters:
  ///   - e: The token's embedding, `[dimensions]`.
  ///   - z: Standard normal numbers, `[dimensions]`; not read by hard noise.
  ///   - s: A standard normal number; read by hard noise only.
  ///   - kind: The distribution.
  ///   - sigma: The absolute strength, times √d if the noise is power matched.
  /// - Returns: The perturbed embedding, `[dimensions]`; bit-identical to `e` if sigma is 0.
  /// - Complexity: O(dimensions); one allocation.
  public static func perturb(
    row e: ArraySlice<Float>, z: [Float], s: Float, kind: NoiseKind, sigma: Double
  ) -> [Float] {
    guard kind != .none, sigma != 0 else { return Array(e) }
    precondition(
      kind == .hard || z.count == e.count,
      "\(z.count) normal numbers cannot perturb an embedding of \(e.count) dimensions")
    if kind == .isotropic { return add(z, to: e) { _, z in sigma * z } }

    let squaredNorm = e.sumOfSquares
    guard squaredNorm != 0 else { return Array(e) }
    switch kind {
    case .none, .isotropic:
      return Array(e)
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
