import RESTAEvaluation

/// An estimate in three parts, which tables set one way and sentences another.
struct EstimateText: Sendable, Hashable {
  /// The number with its unit, such as `61 %`.
  var value: String
  /// The 95 % interval, such as `[54, 68]`; empty where there is none.
  var interval: String
  /// Of how many, such as `n = 201`.
  var count: String
  /// In how many clusters, such as `67 clusters`; empty where each is one of its own.
  var clusters = ""

  /// Of how many, such as `n = 201 (67 clusters)`.
  var n: String { clusters.isEmpty ? count : "\(count) (\(clusters))" }

  /// All three in a line.
  var line: String {
    (interval.isEmpty ? value : "\(value) \(interval)") + ", " + n
  }

  /// A share; without any observations there is no number, only `n = 0`.
  init(_ rate: Rate) {
    count = "n = \(rate.n)"
    if rate.clusters != rate.n { clusters = ReportWords.count(rate.clusters, "cluster") }
    guard let share = rate.share else {
      value = NumberText.nothing
      interval = ""
      return
    }
    // Of a thousand, tenths of a per cent can be told apart.
    let decimals = rate.n < 1000 ? 0 : 1
    value = "\(NumberText.percent(share, decimals: decimals)) %"
    interval = Self.interval(rate.low, rate.high) { NumberText.percent($0, decimals: decimals) }
  }

  /// A mean.
  ///
  /// - Parameters:
  ///   - mean: The mean.
  ///   - unit: What follows the number, its space included.
  ///   - format: How its numbers are written. Default: all with the decimals that suit the mean.
  init(_ mean: Mean, unit: String = "", format: ((Double) -> String)? = nil) {
    count = "n = \(mean.n)"
    guard let number = mean.value, number.isFinite else {
      value = NumberText.nothing
      interval = ""
      return
    }
    let decimals = NumberText.decimals(number)
    let format = format ?? { NumberText.fixed($0, decimals) }
    value = format(number) + unit
    interval = Self.interval(mean.low, mean.high, format)
  }

  /// A difference of shares, in percentage points and always with a sign.
  static func points(_ difference: Mean) -> EstimateText {
    let decimals = (difference.value?.magnitude ?? 0) < 0.095 ? 1 : 0
    return EstimateText(difference, unit: " points") { share in
      let text = NumberText.fixed(share * 100, decimals)
      return share > 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "+" + text : text
    }
  }

  private static func interval(
    _ low: Double?, _ high: Double?, _ format: (Double) -> String
  ) -> String {
    guard let low, let high, low.isFinite, high.isFinite else { return "" }
    return "[\(format(low)), \(format(high))]"
  }
}
