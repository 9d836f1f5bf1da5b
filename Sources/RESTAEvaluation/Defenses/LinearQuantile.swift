/// A quantile with linear interpolation between neighbours: NumPy's default, R's type 7.
enum LinearQuantile {
  /// The quantile of a sample.
  ///
  /// With the values ascending and i = (n - 1)q, it lies between values ⌊i⌋ and ⌊i⌋ + 1, at i - ⌊i⌋ of
  /// the way. It is taken from the nearer one, as NumPy does, so that rounding is the same.
  ///
  /// Reference: R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", 1996.
  ///
  /// - Parameters:
  ///   - values: Finite numbers in any order.
  ///   - quantile: q, in 0...1.
  /// - Returns: The quantile; `nil` of nothing.
  /// - Complexity: O(n log n).
  static func of(_ values: [Double], at quantile: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let place = Double(sorted.count - 1) * quantile
    let below = Int(place)
    let low = sorted[below]
    let high = sorted[min(below + 1, sorted.count - 1)]
    let share = place - Double(below)
    return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
  }
}
