import RESTAEvaluation

/// What stands in the cells of tables and in sentences: numbers are never without their n.
enum TableCells {
  /// A text of the data.
  static func text(_ text: String) -> Markup { .element("bdi", text: text) }

  /// A whole number.
  static func count(_ number: Int) -> Markup { .text("\(number)") }

  /// A share in two lines: the number with its interval, and its n.
  static func rate(_ rate: Rate?) -> Markup {
    guard let rate else { return .text(NumberText.nothing) }
    let title =
      "\(rate.count) of \(rate.n); 95 % interval by \(ReportWords.method(rate.method)); "
      + ReportWords.count(rate.clusters, "cluster")
    return estimate(EstimateText(rate), title: title)
  }

  /// A mean in two lines.
  static func mean(_ mean: Mean?, unit: String = "") -> Markup {
    guard let mean else { return .text(NumberText.nothing) }
    return estimate(EstimateText(mean, unit: unit), title: "mean with its 95 % interval")
  }

  /// A difference of shares in two lines.
  static func points(_ difference: Mean) -> Markup {
    estimate(.points(difference), title: "difference in percentage points, 95 % interval")
  }

  /// A share within a sentence.
  static func inline(_ rate: Rate) -> Markup {
    .element("span", ["class": "nowrap"], text: EstimateText(rate).line)
  }

  private static func estimate(_ estimate: EstimateText, title: String) -> Markup {
    let number = Markup.element("b", text: estimate.value)
    let interval =
      estimate.interval.isEmpty
      ? .empty : .text(" ") + .element("span", ["class": "ci"], text: estimate.interval)
    return .element("span", ["title": title], number, interval)
      + .void("br") + .element("small", text: estimate.n)
  }

  /// The sentence under a table that says how its intervals were made.
  static func methods(_ rates: [Rate]) -> String {
    let names = Set(rates.filter { $0.n > 0 }.map { ReportWords.method($0.method) }).sorted()
    return names.isEmpty ? "" : "95 % intervals by \(ReportWords.list(names))."
  }
}
