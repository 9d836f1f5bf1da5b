/// The counter-based random generator Philox4x32 with 10 rounds.
///
/// A counter-based generator has no state: each block of 128 random bits is a function of a counter
/// and a key, so blocks can be asked for in any order, twice, or never.
///
/// Reference: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC '11, section 3.3. The output equals the known-answer vectors of the authors' library,
/// Random123 (`kat_vectors`, lines `philox4x32 10`). It is not a cryptographic generator.
public enum Philox4x32: Sendable {
  private static let rounds = 10

  /// The four random words at a counter.
  ///
  /// Every counter and every key is valid, all zeros included.
  ///
  /// - Parameters:
  ///   - counter: The place in the sequence, lowest word first.
  ///   - key: The sequence, lowest word first.
  /// - Returns: Four independent words, uniform over all 2^32 values.
  /// - Complexity: O(1): 20 multiplications.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
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
