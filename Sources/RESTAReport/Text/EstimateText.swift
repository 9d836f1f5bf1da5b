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

  init(
    _ mean: Mean, unit: String = "", isSmall: Bool = false, format: ((Double) -> String)? = nil
  ) {
    count = "n = \(mean.n)"
    guard let number = mean.value, number.isFinite else {
      value = NumberText.nothing
      interval = ""
      return
    }
    let decimals = isSmall ? NumberText.significant(number) : NumberText.decimals(number)
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

/// Numbers as a reader sees them, the same in every locale.
package enum NumberText {
  /// What stands where there is no number.
  package static let nothing = "–"

  /// A number with so many decimals, and a real minus sign.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return nothing }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded()
    // Above this not every integer is a Double, and digits would be invented.
    guard scaled < 9e15 else { return "\(value)" }
    let digits = String(Int64(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// How many decimals give a number about three digits.
  static func decimals(_ value: Double) -> Int {
    switch value.magnitude {
    case 99.95...: 0
    case 9.995...: 1
    default: 2
    }
  }

  /// How many decimals leave a number three digits, however small it is.
  static func significant(_ value: Double) -> Int {
    var (count, scaled) = (decimals(value), value.magnitude)
    while scaled > 0, scaled < 0.9995, count < 12 { (count, scaled) = (count + 1, scaled * 10) }
    return count
  }

  /// A setting's value: no more digits than it has.
  static func setting(_ value: Double) -> String {
    guard value.isFinite else { return nothing }
    return Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A share in per cent, without the sign.
  static func percent(_ share: Double, decimals: Int = 0) -> String {
    switch share {
    // What rounding leaves of an exact 0 or 1 is one, too.
    case ...1e-9: "0"
    case (1 - 1e-9)...: "100"
    case ..<0.0005: "<0.1"
    case ..<0.0095: fixed(share * 100, max(1, decimals))
    case 0.9995...: ">99.9"
    case 0.9905...: fixed(min(share * 100, 99.9), max(1, decimals))
    default: fixed(share * 100, decimals)
    }
  }

  /// A share with its interval, such as `31 % [11, 59]`.
  package static func share(_ share: Double, _ low: Double, _ high: Double) -> String {
    "\(percent(share)) % [\(percent(low)), \(percent(high))]"
  }

  /// A p-value with its sign of relation, such as `= 0.012`.
  static func p(_ p: Double) -> String {
    guard p.isFinite else { return nothing }
    return p < 0.001 ? "< 0.001" : "= \(fixed(p, 3))"
  }
}
