/// Writes floating-point numbers as Python does.
enum PythonFloat {
  /// Python's `repr` of a float: the shortest digits that read back, an exponent below 1e-4 and
  /// from 1e16.
  static func repr(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, point) = shortest(value.magnitude)
    if point > 16 || point < -3 {
      let exponent = point - 1
      let fraction = digits.dropFirst()
      let mantissa = String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
      let size = String(exponent.magnitude)
      return sign + mantissa + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    guard digits.count > point else {
      return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return sign + String(digits.prefix(point)) + "." + String(digits.dropFirst(point))
  }

  /// `json.dumps` of a float.
  static func json(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    return repr(value)
  }

  /// The shortest digits, and how many of them stand left of the decimal point.
  ///
  /// Swift prints the same shortest digits as Python; only the layout around them differs.
  private static func shortest(_ value: Double) -> (digits: String, point: Int) {
    let parts = value.description.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts.first.map(String.init) ?? "0"
    let whole = mantissa.prefix { $0 != "." }
    let all = mantissa.filter { $0 != "." }
    let leading = all.prefix { $0 == "0" }.count
    guard leading < all.count else { return ("0", 1) }
    var digits = String(all.dropFirst(leading))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, whole.count + exponent - leading)
  }
}
