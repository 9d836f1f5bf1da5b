extension TemplateDate {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// Formats the date as C's `strftime` does in the "C" locale.
  ///
  /// `-` after the percent sign takes off leading zeros, as glibc has it.
  func formatted(
    _ format: String, fault: (String, String?) -> JinjaFault
  ) throws(JinjaFault) -> String {
    var result = ""
    var rest = Array(format.unicodeScalars)[...]
    while let next = rest.popFirst() {
      guard next == "%" else {
        result.unicodeScalars.append(next)
        continue
      }
      let isPlain = rest.first == "-"
      if isPlain { rest.removeFirst() }
      guard let directive = rest.popFirst(), let text = field(directive, isPlain: isPlain) else {
        throw fault("'strftime_now' doesn't know a directive of its format", nil)
      }
      result += text
    }
    return result
  }

  private func field(_ directive: Unicode.Scalar, isPlain: Bool) -> String? {
    func number(_ value: Int, _ width: Int = 2) -> String {
      let digits = String(value)
      return isPlain
        ? digits : String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let hour12 = hour % 12 == 0 ? 12 : hour % 12
    return switch directive {
    case "Y": number(year, 1)
    case "y": number(year % 100)
    case "m": number(month)
    case "d": number(day)
    case "e": isPlain || day > 9 ? String(day) : " \(day)"
    case "H": number(hour)
    case "I": number(hour12)
    case "M": number(minute)
    case "S": number(second)
    case "j": number(dayOfYear, 3)
    case "w": String(weekday)
    case "p": hour < 12 ? "AM" : "PM"
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "F": "\(year)-" + number(month) + "-" + number(day)
    case "T": number(hour) + ":" + number(minute) + ":" + number(second)
    case "%": "%"
    default: nil
    }
  }
}
