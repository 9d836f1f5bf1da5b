import RESTAEvaluation

/// Which setting a sweep speaks for, in words.
enum ChoiceText {
  /// The choice, or why there is none.
  static func text(of choice: SettingChoice) -> String {
    var lines: [String] = []
    if let chosen = choice.chosen {
      lines.append(
        "Chosen: \(chosen.defense). Its numbers here are too good, because it was chosen by them: "
          + "report the other side of the split.")
    } else {
      lines.append("No setting is within the limits:")
    }
    for rejection in choice.rejections {
      lines.append("  \(rejection.defense): \(rejection.reason)")
    }
    return lines.joined(separator: "\n")
  }
}
