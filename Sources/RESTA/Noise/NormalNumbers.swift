/// The Box-Muller transform of four pairs of random words at once, to the same bits as
/// ``RandomStream/normalPair(_:_:)``.
///
/// The mathematics library computes a logarithm, a sine and a cosine for each pair, one after the other;
/// that is most of what noise costs. Here the three are series, over four pairs in step. Their last digits
/// differ from the library's, but the result is a `Float`, 29 bits shorter: it is the same unless the value
/// is next to where rounding turns, which is seen (once in some 10^6 numbers) and left to the library.
enum NormalNumbers {
  private typealias Lanes = SIMD4<Double>

  /// Two numbers of each of four pairs, the first ones in `cosines`.
  struct Pairs {
    var cosines: SIMD4<Float>
    var sines: SIMD4<Float>
  }

  /// What both computations may differ by, relatively: 2^-46.
  ///
  /// Series and reductions here are good to 2^-49, and so is what any library is known to do.
  private static let tolerance = 0x1p-46

  /// The normal numbers of four pairs of words.
  static func pairs(_ first: SIMD4<UInt32>, _ second: SIMD4<UInt32>) -> Pairs {
    let squares: Lanes = logarithms(first) * -2
    let radius = squares.squareRoot()
    let (cosines, sines) = directions(second)
    let x: Lanes = radius * cosines
    let y: Lanes = radius * sines
    var pairs = Pairs(cosines: rounded(x), sines: rounded(y))
    guard !isSettled(x) || !isSettled(y) else { return pairs }
    for lane in 0..<4 {
      let pair = RandomStream.normalPair(first[lane], second[lane])
      (pairs.cosines[lane], pairs.sines[lane]) = (pair[0], pair[1])
    }
    return pairs
  }

  /// Whether all values as near as the library's round alike.
  @inline(__always)
  private static func isSettled(_ x: Lanes) -> Bool {
    let (below, above) = (rounded(x * (1 - tolerance)), rounded(x * (1 + tolerance)))
    return below[0] == above[0] && below[1] == above[1] && below[2] == above[2]
      && below[3] == above[3]
  }

  @inline(__always)
  private static func step(_ sum: Lanes, _ z: Lanes, _ coefficient: Double) -> Lanes {
    let product: Lanes = sum * z
    return product + Lanes(repeating: coefficient)
  }

  @inline(__always)
  private static func rounded(_ x: Lanes) -> SIMD4<Float> {
    SIMD4(Float(x[0]), Float(x[1]), Float(x[2]), Float(x[3]))
  }

  @inline(__always)
  private static func wide(_ words: SIMD4<UInt32>) -> Lanes {
    SIMD4(Double(words[0]), Double(words[1]), Double(words[2]), Double(words[3]))
  }

  /// ln((w + 1/2) · 2^-32).
  ///
  /// With w + 1/2 = m · 2^n and m near 1, it is (n - 32) ln 2 + 2 artanh((m - 1) / (m + 1)).
  @inline(__always)
  private static func logarithms(_ words: SIMD4<UInt32>) -> Lanes {
    var (exponents, scales) = (Lanes(), Lanes())
    for lane in 0..<4 {
      // One more where m would be above √2.
      let zeros = words[lane].leadingZeroBitCount
      let exponent = 31 - zeros + (words[lane] << zeros > 0xB504_F333 ? 1 : 0)
      exponents[lane] = Double(exponent)
      scales[lane] = Double(bitPattern: UInt64(truncatingIfNeeded: 1023 - exponent) << 52)
    }
    let m: Lanes = (wide(words) + 0.5) * scales
    let s: Lanes = (m - 1) / (m + 1)
    let z: Lanes = s * s
    // |s| is at most 0.172, so the first term that is left out is below 2^-50 of the sum.
    var sum = Lanes(repeating: 1.0 / 19)
    sum = step(sum, z, 1.0 / 17)
    sum = step(sum, z, 1.0 / 15)
    sum = step(sum, z, 1.0 / 13)
    sum = step(sum, z, 1.0 / 11)
    sum = step(sum, z, 1.0 / 9)
    sum = step(sum, z, 1.0 / 7)
    sum = step(sum, z, 1.0 / 5)
    sum = step(sum, z, 1.0 / 3)
    sum = step(sum, z, 1)
    let powers: Lanes = (exponents - 32) * 0.693_147_180_559_945_3
    let series: Lanes = s * sum
    return powers + (series + series)
  }

  /// The cosine and the sine of 2π (w + 1/2) · 2^-32, an angle that is rounded to a `Double`.
  @inline(__always)
  private static func directions(
    _ words: SIMD4<UInt32>
  ) -> (cosines: Lanes, sines: Lanes) {
    // The quarter turn next to the angle, and the cosine and the sine of it.
    var (quarters, cosinesThere, sinesThere) = (Lanes(), Lanes(), Lanes())
    for lane in 0..<4 {
      let quarter = Int32(truncatingIfNeeded: ((words[lane] >> 29) + 1) >> 1)
      quarters[lane] = Double(quarter)
      cosinesThere[lane] = Double((1 - quarter & 3) * (1 - quarter & 1))
      sinesThere[lane] = Double((2 - quarter & 3) * (quarter & 1))
    }
    let turns: Lanes = (wide(words) + 0.5) * 0x1p-32
    let angles: Lanes = turns * (2 * Double.pi)
    let high: Lanes = angles - quarters * 0x1.921fb54442d18p+0
    let r: Lanes = high - quarters * 0x1.1a62633145c07p-54
    let z = r * r
    // Taylor's series up to r^15 and r^16; |r| is at most π/4.
    var sine = Lanes(repeating: -1.0 / 1_307_674_368_000)
    sine = step(sine, z, 1.0 / 6_227_020_800)
    sine = step(sine, z, -1.0 / 39_916_800)
    sine = step(sine, z, 1.0 / 362_880)
    sine = step(sine, z, -1.0 / 5_040)
    sine = step(sine, z, 1.0 / 120)
    sine = step(sine, z, -1.0 / 6)
    sine = step(sine, z, 1) * r
    var cosine = Lanes(repeating: 1.0 / 20_922_789_888_000)
    cosine = step(cosine, z, -1.0 / 87_178_291_200)
    cosine = step(cosine, z, 1.0 / 479_001_600)
    cosine = step(cosine, z, -1.0 / 3_628_800)
    cosine = step(cosine, z, 1.0 / 40_320)
    cosine = step(cosine, z, -1.0 / 720)
    cosine = step(cosine, z, 1.0 / 24)
    cosine = step(cosine, z, -1.0 / 2)
    cosine = step(cosine, z, 1)
    // One of the two products is 0, and the other exact.
    let cosines: Lanes = cosine * cosinesThere - sine * sinesThere
    let sines: Lanes = cosine * sinesThere + sine * cosinesThere
    return (cosines, sines)
  }
}
