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
