import RESTAEvaluation

/// Numbers as a reader sees them, the same in every locale.
enum NumberText {
  /// What stands where there is no number.
  static let nothing = "–"

  /// A number with so many decimals, and a real minus sign.
  ///
  /// - Returns: The text; ``nothing`` for what is not finite.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
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

  /// A setting's value: no more digits than it has.
  static func setting(_ value: Double) -> String {
    guard value.isFinite else { return nothing }
    return Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A share in per cent, without the sign.
  ///
  /// - Parameters:
  ///   - share: The share.
  ///   - decimals: At least so many.
  /// - Returns: The text. Only nothing is 0, and only all is 100.
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

  /// A p-value with its sign of relation, such as `= 0.012`.
  static func p(_ p: Double) -> String {
    guard p.isFinite else { return nothing }
    return p < 0.001 ? "< 0.001" : "= \(fixed(p, 3))"
  }
}
