import RESTAEvaluation
import Foundation

/// The standard normal distribution.
enum NormalDistribution {
  /// The number that a standard normal variable is below with a given probability.
  ///
  /// By bisection of Φ(z) = erfc(-z / √2) / 2, down to neighbouring numbers: slow, and as exact as
  /// the C library's `erfc`.
  ///
  /// - Parameter probability: Greater than 0 and less than 1.
  /// - Returns: The quantile.
  static func quantile(_ probability: Double) -> Double {
    precondition(
      probability > 0 && probability < 1, "there is no normal quantile of \(probability)")
    // Solved in the lower tail, where erfc keeps its digits.
    let tail = min(probability, 1 - probability)
    var (low, high) = (-40.0, 0.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { break }
      if erfc(-middle / 2.0.squareRoot()) / 2 < tail { low = middle } else { high = middle }
    }
    return probability < 0.5 ? high : -high
  }
}
