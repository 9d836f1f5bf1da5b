import RESTAEvaluation

/// Quantiles of a sample.
enum Quantile {
  /// The quantile by linear interpolation between order statistics, at place q (n - 1) from 0.
  ///
  /// Reference: R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American
  /// Statistician 50 (1996), definition 7.
  ///
  /// - Parameters:
  ///   - values: At least one number; they are reordered.
  ///   - q: `0...1`.
  /// - Returns: The quantile.
  /// - Complexity: O(n) on average.
  static func of(_ values: inout [Double], _ q: Double) -> Double {
    let place = q * Double(values.count - 1)
    let rank = Int(place)
    select(rank, in: &values)
    let lower = values[rank]
    var upper = lower
    if rank + 1 < values.count {
      upper = values[rank + 1]
      for index in (rank + 1)..<values.count where values[index] < upper { upper = values[index] }
    }
    return lower + (place - Double(rank)) * (upper - lower)
  }

  /// Puts the number of a rank in its place, none greater before it and none smaller after it.
  ///
  /// Sorting everything for two places would be most of the time of an analysis.
  ///
  /// Reference: C. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961).
  private static func select(_ rank: Int, in values: inout [Double]) {
    var (first, last) = (0, values.count - 1)
    while first < last {
      let pivot = values[first + (last - first) / 2]
      var (left, right) = (first, last)
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right { last = right } else if rank >= left { first = left } else { return }
    }
  }
}
