import RESTAEvaluation

/// Where values lie along an axis, and which of them are written at it.
struct AxisScale: Sendable, Hashable {
  /// The greatest value; the least is 0.
  var top: Double
  /// The distance of two ticks.
  var step: Double

  /// All shares.
  static let whole = AxisScale(top: 1, step: 0.2)

  /// Shares up to the first good end above all of some.
  static func shares(upTo greatest: Double) -> AxisScale {
    let ends: [(Double, Double)] = [(0.1, 0.02), (0.2, 0.05), (0.4, 0.1), (0.6, 0.1), (0.8, 0.2)]
    for (top, step) in ends where greatest <= top { return AxisScale(top: top, step: step) }
    return whole
  }

  /// Numbers up to the first good end above all of some.
  static func numbers(upTo greatest: Double) -> AxisScale {
    guard greatest.isFinite, greatest > 0 else { return AxisScale(top: 1, step: 0.5) }
    var unit = 1.0
    while unit * 10 <= greatest { unit *= 10 }
    while unit > greatest { unit /= 10 }
    for factor in [1.0, 2, 4, 5, 8] where greatest <= unit * factor {
      return AxisScale(top: unit * factor, step: unit * factor / (factor == 5 ? 5 : 4))
    }
    return AxisScale(top: unit * 10, step: unit * 2)
  }

  /// The values at the ticks.
  var ticks: [Double] {
    (0...Int((top / step).rounded())).map { Double($0) * step }
  }

  /// How far along the axis a value lies, 0...1; what is off the axis lies at its end.
  func fraction(_ value: Double) -> Double { min(1, max(0, value / top)) }
}
