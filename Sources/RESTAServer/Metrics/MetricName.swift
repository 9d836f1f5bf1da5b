/// The spelling of names and values in Prometheus' text format.
enum MetricName {
  /// A name of a metric: letters, digits, `_` and `:`, no digit first; everything else becomes `_`.
  static func metric(_ label: String) -> String { identifier(label, allowsColon: true) }

  /// A name of a label: as a metric's without the colon, and not one of Prometheus' own.
  ///
  /// - Parameters:
  ///   - name: What the program calls it.
  ///   - isHistogram: `le` is a histogram's own label.
  /// - Returns: The name.
  static func label(_ name: String, isHistogram: Bool) -> String {
    let name = identifier(name, allowsColon: false)
    return name.hasPrefix("__") || (isHistogram && name == "le") ? "exported_" + name : name
  }

  /// A label's value between its quotes.
  static func value(_ text: String) -> String {
    escaped(text) { $0 == "\"" ? "\\\"" : nil }
  }

  /// The text of a HELP line.
  static func help(_ text: String) -> String { escaped(text) { _ in nil } }

  /// A number; whole ones without a fraction.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && value.magnitude < 0x1p53 ? "\(Int64(value))" : "\(value)"
  }

  private static func identifier(_ text: String, allowsColon: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
      case "0"..."9":
        if result.isEmpty { result = "_" }
        result.unicodeScalars.append(scalar)
      case ":" where allowsColon: result.unicodeScalars.append(scalar)
      default: result += "_"
      }
    }
    return result.isEmpty ? "_" : result
  }

  // By scalars: to Swift, a carriage return with its line feed is one character. Control characters
  // other than the line feed have no escape in the format; no value needs one.
  private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let escaped = escape(scalar) {
        result += escaped
      } else if scalar == "\\" {
        result += "\\\\"
      } else if scalar == "\n" {
        result += "\\n"
      } else if scalar.properties.generalCategory == .control {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
