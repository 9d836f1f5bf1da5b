/// The date that a template's `strftime_now` prints.
///
/// The core has no clock: whoever renders says what "now" is, so that a prompt can be repeated.
public struct TemplateDate: Sendable, Hashable {
  /// Year of the Gregorian calendar, 1 to 9999.
  public let year: Int
  /// Month, 1 to 12.
  public let month: Int
  /// Day of the month, from 1.
  public let day: Int
  /// Hour, 0 to 23.
  public let hour: Int
  /// Minute, 0 to 59.
  public let minute: Int
  /// Second, 0 to 59.
  public let second: Int

  /// Makes a date.
  ///
  /// - Parameters:
  ///   - year: 1 to 9999.
  ///   - month: 1 to 12.
  ///   - day: From 1 to the month's last day.
  ///   - hour: 0 to 23. Default: 0.
  ///   - minute: 0 to 59. Default: 0.
  ///   - second: 0 to 59. Default: 0.
  /// - Throws: ``RESTAError`` with code `invalidSetting` where there is no such date or time.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) throws(RESTAError) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(inMonth: month, of: year)).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...59).contains(second)
    else {
      throw RESTAError(
        .invalidSetting,
        "There is no date \(year)-\(month)-\(day) \(hour):\(minute):\(second). "
          + "Give a date of the Gregorian calendar, years 1 to 9999.")
    }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// Day of the year, from 1.
  var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.days(inMonth: $1, of: year) }
  }

  /// Day of the week, 0 for Sunday.
  var weekday: Int {
    let before = year - 1
    // 1 January of year 1 was a Monday in the proleptic Gregorian calendar.
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

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
