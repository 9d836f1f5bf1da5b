extension JinjaText {
  /// The text with HTML's special characters escaped; an escape keeps its scalar's origin.
  var escaped: JinjaText {
    guard !isMarkup else { return self }
    var result = JinjaText([], isMarkup: true)
    for unit in units {
      switch unit.scalar {
      case "&": result.append(JinjaText("&amp;", origin: unit.origin))
      case "<": result.append(JinjaText("&lt;", origin: unit.origin))
      case ">": result.append(JinjaText("&gt;", origin: unit.origin))
      case "'": result.append(JinjaText("&#39;", origin: unit.origin))
      case "\"": result.append(JinjaText("&#34;", origin: unit.origin))
      default: result.units.append(unit)
      }
    }
    return result
  }

  /// Jinja's `+`: where one side is `Markup`, the other is escaped and so is the sum.
  func adding(_ other: JinjaText) -> JinjaText {
    guard isMarkup || other.isMarkup else { return self + other }
    return JinjaText(escaped.units + other.escaped.units, isMarkup: true)
  }
}
