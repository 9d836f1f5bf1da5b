#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
package struct RandomStream: Sendable, Hashable {
  /// What a stream's numbers are for.
  ///
  /// Raw values are part of the definition of every recorded result: never change one.
  package enum Purpose: UInt32, Sendable, CaseIterable {
    /// The vector z of embedding noise: `a` is the prompt position, `b` the copy, `block` the dimension divided by 4.
    case embeddingNoise = 0
    /// The scalar s of hard directional noise: `a` is the prompt position, `b` the copy, `block` 0.
    case directionScalar = 1
    /// The choice of a token in ordinary decoding: `a` is the output position, `b` and `block` 0.
    case tokenSampling = 2
  }

  /// The seed; every value is valid.
  package let seed: UInt64

  package let purpose: Purpose

  package init(seed: UInt64, purpose: Purpose) {
    self.seed = seed
    self.purpose = purpose
  }

  /// The four random words at an address.
  package func words(a: UInt32, b: UInt32, block: UInt32) -> SIMD4<UInt32> {
    Philox4x32.block(
      counter: SIMD4(block, a, b, purpose.rawValue),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// A uniform number in the open interval (0, 1), from words 0 (low) and 1 (high) at an address.
  ///
  /// With w the 64-bit integer of the two words, it is (⌊w / 2^12⌋ + 1/2) · 2^-52, which is exact:
  /// neither 0 nor 1 can be returned.
  package func uniform(a: UInt32, b: UInt32, block: UInt32) -> Double {
    let words = words(a: a, b: b, block: block)
    return Self.unitInterval(low: words[0], high: words[1])
  }

  static func unitInterval(low: UInt32, high: UInt32) -> Double {
    let wide = UInt64(high) << 32 | UInt64(low)
    return (Double(wide >> 12) + 0.5) * 0x1p-52
  }
}

extension RandomStream {
  /// The four standard normal numbers at an address.
  ///
  /// Words 0 and 1 give the first two, words 2 and 3 the last two, by ``normalPair(_:_:)``.
  package func standardNormals(a: UInt32, b: UInt32, block: UInt32) -> SIMD4<Float> {
    let words = words(a: a, b: b, block: block)
    return SIMD4(
      lowHalf: Self.normalPair(words[0], words[1]),
      highHalf: Self.normalPair(words[2], words[3]))
  }

  /// The first numbers of the sequence of standard normal numbers at `(a, b)`.
  ///
  /// Number i is element i mod 4 of block ⌊i / 4⌋, so a longer sequence starts with the shorter one.
  package func standardNormals(count: Int, a: UInt32, b: UInt32) -> [Float] {
    precondition(count >= 0, "a sequence of normal numbers cannot have \(count) elements")
    var normals = [Float](repeating: 0, count: count)
    // Two blocks at a time are four pairs.
    for start in stride(from: 0, to: count, by: 8) {
      let block = UInt32(truncatingIfNeeded: start / 4)
      let (one, two) = (words(a: a, b: b, block: block), words(a: a, b: b, block: block + 1))
      let pairs = NormalNumbers.pairs(
        SIMD4(one[0], one[2], two[0], two[2]), SIMD4(one[1], one[3], two[1], two[3]))
      for lane in 0..<min(4, (count - start + 1) / 2) {
        normals[start + 2 * lane] = pairs.cosines[lane]
        let second = start + 2 * lane + 1
        if second < count { normals[second] = pairs.sines[lane] }
      }
    }
    return normals
  }

  /// Two independent standard normal numbers from two random words, by the Box-Muller transform.
  ///
  /// In `Double`: u1 = (first + 1/2) · 2^-32, u2 = (second + 1/2) · 2^-32, r = √(-2 ln u1); the
  /// numbers are r cos(2π u2) and r sin(2π u2), each rounded to `Float`. Neither u is 0 or 1, so both
  /// are finite; no magnitude exceeds √(66 ln 2) ≈ 6.764 (a true normal does once in 10^11 draws).
  ///
  /// Reference: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
  package static func normalPair(_ first: UInt32, _ second: UInt32) -> SIMD2<Float> {
    let radius = (-2 * ElementaryFunctions.logarithm((Double(first) + 0.5) * 0x1p-32)).squareRoot()
    let angle = 2 * Double.pi * ((Double(second) + 0.5) * 0x1p-32)
    return SIMD2(
      Float(radius * ElementaryFunctions.cosine(angle)),
      Float(radius * ElementaryFunctions.sine(angle)))
  }
}

/// The counter-based random generator Philox4x32 with 10 rounds.
///
/// A counter-based generator has no state: each block of 128 random bits is a function of a counter
/// and a key, so blocks can be asked for in any order, twice, or never.
///
/// Reference: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC '11, section 3.3. The output equals the known-answer vectors of the authors' library,
/// Random123 (`kat_vectors`, lines `philox4x32 10`). It is not a cryptographic generator.
package enum Philox4x32: Sendable {
  private static let rounds = 10

  /// The four random words at a counter.
  ///
  /// Every counter and every key is valid, all zeros included.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Scalars: taking vectors apart each round would cost three times as much.
    var (x0, x1, x2, x3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<rounds {
      let first = UInt64(0xD251_1F53 as UInt32) &* UInt64(x0)
      let second = UInt64(0xCD9E_8D57 as UInt32) &* UInt64(x2)
      x0 = UInt32(truncatingIfNeeded: second >> 32) ^ x1 ^ k0
      x1 = UInt32(truncatingIfNeeded: second)
      x2 = UInt32(truncatingIfNeeded: first >> 32) ^ x3 ^ k1
      x3 = UInt32(truncatingIfNeeded: first)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(x0, x1, x2, x3)
  }
}

/// The few functions of the C mathematics library that this module needs, so that one file chooses the library.
///
/// Only `exp`, `log`, `sin` and `cos` can differ between platforms, by one unit in the last place of
/// a `Double`; all other arithmetic of this module is exact IEEE 754.
enum ElementaryFunctions {
  @inline(__always)
  static func exponential(_ x: Double) -> Double { exp(x) }

  @inline(__always)
  static func logarithm(_ x: Double) -> Double { log(x) }

  @inline(__always)
  static func sine(_ x: Double) -> Double { sin(x) }

  @inline(__always)
  static func cosine(_ x: Double) -> Double { cos(x) }
}
