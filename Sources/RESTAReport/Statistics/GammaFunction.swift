import RESTAEvaluation
import Foundation

/// The logarithm of the gamma function; the C library's differs between platforms in its type.
enum GammaFunction {
  /// ln Γ(x), by Stirling's series with six terms (NIST's DLMF, 5.11.1).
  ///
  /// ln Γ(x) = ln Γ(x + 1) - ln x brings the argument to 12 or more first, where the first term left
  /// out is below 1e-16.
  ///
  /// - Parameter x: Greater than 0.
  /// - Returns: Its logarithm.
  static func logarithm(_ x: Double) -> Double {
    precondition(x > 0, "the logarithm of gamma is needed for positive numbers only")
    var (argument, product) = (x, 1.0)
    while argument < 12 {
      product *= argument
      argument += 1
    }
    // 2n (2n - 1) / B(2n) for n = 1...6.
    let divisors: [Double] = [12, -360, 1260, -1680, 1188, -360_360.0 / 691]
    let square = argument * argument
    let series = divisors.reversed().reduce(0.0) { $0 / square + 1 / $1 } / argument
    return (argument - 0.5) * log(argument) - argument + 0.5 * log(2 * Double.pi) + series
      - log(product)
  }
}
