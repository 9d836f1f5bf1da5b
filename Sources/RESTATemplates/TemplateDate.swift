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
      throw RESTAError.invalidSetting(
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

  /// Formats the date as Python does where it has glibc, in the "C" locale.
  ///
  /// Every field, with the flags `-`, `_`, `0`, `^` and `#`. `datetime.now()` has no time zone, so `%z`
  /// and `%Z` are empty.
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
      var flag: Unicode.Scalar?
      if let first = rest.first, "-_0^#".unicodeScalars.contains(first) { flag = rest.popFirst() }
      // Other eras and digits, which this locale has none of, and `%:z`.
      if rest.count > 1, let first = rest.first, "EO:".unicodeScalars.contains(first) {
        rest.removeFirst()
      }
      guard let directive = rest.popFirst(), let text = field(directive, flag) else {
        throw fault("'strftime_now' doesn't know a directive of its format", nil)
      }
      result += flag == "^" || (flag == "#" && directive != "p") ? text.uppercased() : text
    }
    return result
  }

  private func field(_ directive: Unicode.Scalar, _ flag: Unicode.Scalar?) -> String? {
    func number(_ value: Int, _ width: Int = 2, pad: String = "0") -> String {
      let digits = String(value)
      let pad = flag == "_" ? " " : flag == "0" ? "0" : pad
      return flag == "-"
        ? digits : String(repeating: pad, count: max(0, width - digits.count)) + digits
    }
    func all(_ directives: String) -> String {
      directives.unicodeScalars.map { field($0, nil) ?? String($0) }.joined()
    }
    let hour12 = hour % 12 == 0 ? 12 : hour % 12
    let half = hour < 12 ? "AM" : "PM"
    let monday = (weekday + 6) % 7
    return switch directive {
    case "Y": number(year, 1)
    case "C": number(year / 100)
    case "y": number(year % 100)
    case "G": number(isoWeek.year, 1)
    case "g": number(isoWeek.year % 100)
    case "m": number(month)
    case "d": number(day)
    case "e": number(day, pad: " ")
    case "H": number(hour)
    case "k": number(hour, pad: " ")
    case "I": number(hour12)
    case "l": number(hour12, pad: " ")
    case "M": number(minute)
    case "S": number(second)
    case "f": "000000"
    case "z", "Z": ""
    case "j": number(dayOfYear, 3)
    case "U": number((dayOfYear + 6 - weekday) / 7)
    case "W": number((dayOfYear + 6 - monday) / 7)
    case "V": number(isoWeek.week)
    case "w": String(weekday)
    case "u": String(monday + 1)
    case "p": flag == "#" ? half.lowercased() : half
    case "P": half.lowercased()
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "c": all("a b e T Y")
    case "D", "x": all("m/d/y")
    case "F": all("Y-m-d")
    case "r": all("I:M:S p")
    case "R": all("H:M")
    case "T", "X": all("H:M:S")
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    default: nil
    }
  }

  /// The week of ISO 8601, and the year that it belongs to.
  private var isoWeek: (year: Int, week: Int) {
    func week(_ dayOfYear: Int, _ weekday: Int) -> Int { (dayOfYear + 9 - (weekday + 6) % 7) / 7 }
    func weeks(_ year: Int) -> Int {
      // The last week holds 28 December.
      guard let date = try? TemplateDate(year: max(1, year), month: 12, day: 28) else { return 52 }
      return week(date.dayOfYear, date.weekday)
    }
    let number = week(dayOfYear, weekday)
    if number < 1 { return (year - 1, weeks(year - 1)) }
    return number > weeks(year) ? (year + 1, 1) : (year, number)
  }
}

extension TemplateDate {
  /// A date that only tries of a template see.
  static let probe = TemplateDate(secondsSince1970: 946_684_800)

  /// The date and time of a clock: seconds since the start of 1970, in whatever time zone.
  package init(secondsSince1970 seconds: Int) {
    let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
    var (left, year) = (days, 1970)
    func length(_ year: Int) -> Int { Self.days(inMonth: 2, of: year) + 337 }
    while left >= length(year), year < 9999 { left -= length(year); year += 1 }
    var month = 1
    while left >= Self.days(inMonth: month, of: year), month < 12 {
      left -= Self.days(inMonth: month, of: year)
      month += 1
    }
    self.year = year
    self.month = month
    day = left + 1
    hour = time / 3600
    minute = time / 60 % 60
    second = time % 60
  }

  /// The start of the day.
  package var midnight: TemplateDate {
    (try? TemplateDate(year: year, month: month, day: day)) ?? self
  }

  /// Reads `YYYY-MM-DD`, with `THH:MM` or `THH:MM:SS` behind it or without; `nil` for anything else.
  package init?(_ text: String) {
    let pattern = #/(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/#.asciiOnlyDigits()
    guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
    guard
      let date = try? TemplateDate(
        year: number(match.1), month: number(match.2), day: number(match.3),
        hour: number(match.4), minute: number(match.5), second: number(match.6))
    else { return nil }
    self = date
  }

  /// The date as it is read, with its time unless that is midnight.
  package var text: String {
    let format = (hour, minute, second) == (0, 0, 0) ? "%F" : second == 0 ? "%FT%R" : "%FT%T"
    let printed = try? formatted(format) { JinjaFault(message: $0, line: 0, sensitiveDetail: $1) }
    return String(repeating: "0", count: max(0, 4 - String(year).count)) + (printed ?? "")
  }
}
