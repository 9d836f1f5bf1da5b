import Foundation
import RESTATesting

extension SeededGenerator {
  /// A number in -1...1.
  mutating func float() -> Float {
    Float(Int64(next() >> 40) - (1 << 23)) * 0x1p-23
  }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }
}

/// What statistical tests compare with.
///
/// All are at fixed seeds, so a test that passes once passes always; bounds are set so that a right
/// implementation would fail at about one seed in a million.
enum Statistical {
  /// Standard errors allowed: a normal number is further away once in 1.7 million.
  static let errors = 5.0

  /// Φ, the distribution function of N(0, 1).
  static func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// Pearson's statistic of counts, given what is expected of each cell (10 or more).
  static func chiSquare(_ counts: [Int], expected: [Double]) -> Double {
    zip(counts, expected).reduce(0) {
      $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) / $1.1
    }
  }

  /// The chi-square value that is exceeded once in about 3.5 million.
  ///
  /// Wilson and Hilferty: the cube root of chi-square / n is nearly N(1 - 2/(9n), 2/(9n)).
  static func chiSquareBound(degreesOfFreedom n: Int) -> Double {
    let variance = 2 / (9 * Double(n))
    return Double(n) * pow(1 - variance + errors * variance.squareRoot(), 3)
  }

  static func correlation(_ x: [Float], _ y: [Float]) -> Double {
    func mean(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }
    let (meanX, meanY) = (mean(x), mean(y))
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      let (dx, dy) = (Double(x) - meanX, Double(y) - meanY)
      xx += dx * dx
      xy += dx * dy
      yy += dy * dy
    }
    return xy / (xx * yy).squareRoot()
  }
}

extension Float {
  /// How many floating-point numbers lie between two finite ones, plus one; 0 if they are equal.
  func ulps(from other: Float) -> Int {
    func rank(_ value: Float) -> Int {
      let magnitude = Int(value.magnitude.bitPattern)
      return value.sign == .minus ? -magnitude : magnitude
    }
    return abs(rank(self) - rank(other))
  }
}
