extension RandomStream {
  /// The four standard normal numbers at an address.
  ///
  /// Words 0 and 1 give the first two, words 2 and 3 the last two, by ``normalPair(_:_:)``.
  ///
  /// - Parameters:
  ///   - a: The first coordinate; see ``Purpose``.
  ///   - b: The second coordinate.
  ///   - block: The block within `(a, b)`.
  /// - Returns: Four independent draws from N(0, 1).
  /// - Complexity: O(1).
  public func standardNormals(a: UInt32, b: UInt32, block: UInt32) -> SIMD4<Float> {
    let words = words(a: a, b: b, block: block)
    return SIMD4(
      lowHalf: Self.normalPair(words[0], words[1]),
      highHalf: Self.normalPair(words[2], words[3]))
  }

  /// The first numbers of the sequence of standard normal numbers at `(a, b)`.
  ///
  /// Number i is element i mod 4 of block ⌊i / 4⌋, so a longer sequence starts with the shorter one.
  ///
  /// - Parameters:
  ///   - count: How many numbers, `0...2^34`.
  ///   - a: The first coordinate; see ``Purpose``.
  ///   - b: The second coordinate.
  /// - Returns: `count` independent draws from N(0, 1).
  /// - Complexity: O(count); one allocation.
  public func standardNormals(count: Int, a: UInt32, b: UInt32) -> [Float] {
    precondition(count >= 0, "a sequence of normal numbers cannot have \(count) elements")
    var normals: [Float] = []
    normals.reserveCapacity(count)
    var block: UInt32 = 0
    while normals.count + 4 <= count {
      let four = standardNormals(a: a, b: b, block: block)
      normals.append(four[0])
      normals.append(four[1])
      normals.append(four[2])
      normals.append(four[3])
      block += 1
    }
    if normals.count < count {
      let four = standardNormals(a: a, b: b, block: block)
      for index in 0..<(count - normals.count) { normals.append(four[index]) }
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
  ///
  /// - Parameters:
  ///   - first: Any word; sets the radius.
  ///   - second: Any word; sets the angle.
  /// - Returns: Two draws from N(0, 1).
  /// - Complexity: O(1).
  public static func normalPair(_ first: UInt32, _ second: UInt32) -> SIMD2<Float> {
    let radius = (-2 * ElementaryFunctions.logarithm((Double(first) + 0.5) * 0x1p-32)).squareRoot()
    let angle = 2 * Double.pi * ((Double(second) + 0.5) * 0x1p-32)
    return SIMD2(
      Float(radius * ElementaryFunctions.cosine(angle)),
      Float(radius * ElementaryFunctions.sine(angle)))
  }
}
