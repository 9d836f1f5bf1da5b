/// Random numbers addressed by coordinates instead of drawn in order.
///
/// A stream is a seed and a ``Purpose``; a number in it is a pure function of those and of its
/// address `(a, b, block)`. So the order of evaluation, batching and early stopping never change a
/// number, and two purposes never share one.
///
/// Each address names one block of ``Philox4x32``:
///
/// | word of the counter | holds |
/// | --- | --- |
/// | 0 | `block` |
/// | 1 | `a` |
/// | 2 | `b` |
/// | 3 | the purpose's raw value |
///
/// and the key is the low word of the seed, then its high word. What `a`, `b` and `block` mean is
/// said at each ``Purpose``. Seed 0 is a seed like any other.
///
/// ```swift
/// let stream = RandomStream(seed: 7, purpose: .embeddingNoise)
/// // Noise for dimensions 8...11 of the token at prompt position 31, in copy 2:
/// let z = stream.standardNormals(a: 31, b: 2, block: 2)
/// ```
public struct RandomStream: Sendable, Hashable {
  /// What a stream's numbers are for.
  ///
  /// Raw values are part of the definition of every recorded result: never change one.
  public enum Purpose: UInt32, Sendable, CaseIterable {
    /// The vector z of embedding noise: `a` is the prompt position, `b` the copy, `block` the
    /// dimension divided by 4.
    case embeddingNoise = 0
    /// The scalar s of hard directional noise: `a` is the prompt position, `b` the copy, `block` 0.
    case directionScalar = 1
    /// The choice of a token in ordinary decoding: `a` is the output position, `b` and `block` 0.
    case tokenSampling = 2
  }

  /// The seed; every value is valid.
  public let seed: UInt64

  /// What the numbers are for.
  public let purpose: Purpose

  /// Makes the stream of a seed and a purpose.
  ///
  /// - Parameters:
  ///   - seed: Any value, 0 included.
  ///   - purpose: What the numbers are for.
  public init(seed: UInt64, purpose: Purpose) {
    self.seed = seed
    self.purpose = purpose
  }

  /// The four random words at an address.
  ///
  /// - Parameters:
  ///   - a: The first coordinate; see ``Purpose``.
  ///   - b: The second coordinate.
  ///   - block: The block within `(a, b)`.
  /// - Returns: Four independent words, uniform over all 2^32 values.
  /// - Complexity: O(1).
  public func words(a: UInt32, b: UInt32, block: UInt32) -> SIMD4<UInt32> {
    Philox4x32.block(
      counter: SIMD4(block, a, b, purpose.rawValue),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// A uniform number in the open interval (0, 1), from words 0 (low) and 1 (high) at an address.
  ///
  /// With w the 64-bit integer of the two words, it is (⌊w / 2^12⌋ + 1/2) · 2^-52, which is exact:
  /// neither 0 nor 1 can be returned.
  ///
  /// - Parameters:
  ///   - a: The first coordinate; see ``Purpose``.
  ///   - b: The second coordinate.
  ///   - block: The block within `(a, b)`.
  /// - Returns: A number of at least 2^-53 and at most 1 - 2^-53.
  /// - Complexity: O(1).
  public func uniform(a: UInt32, b: UInt32, block: UInt32) -> Double {
    let words = words(a: a, b: b, block: block)
    return Self.unitInterval(low: words[0], high: words[1])
  }

  static func unitInterval(low: UInt32, high: UInt32) -> Double {
    let wide = UInt64(high) << 32 | UInt64(low)
    return (Double(wide >> 12) + 0.5) * 0x1p-52
  }
}
