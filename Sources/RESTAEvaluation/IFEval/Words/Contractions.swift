/// Words that are two, such as "cannot", by Robert MacIntyre's list of the Penn Treebank.
enum Contractions {
  /// The halves of words that are split between word boundaries.
  private static let halves = [
    ("can", "not"), ("d", "'ye"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me"),
    ("more", "'n"), ("wan", "na"),
  ]

  /// The halves of words that are split behind a space.
  private static let apostrophes = [("'t", "is"), ("'t", "was")]

  /// Splits them, whatever their case; white space was collapsed before.
  static func split(_ text: inout SpacedText) {
    let folded = PythonText(text.scalars.map(\.pythonCaseFolded))
    for (first, second) in halves where folded.contains(first + second) {
      split(first, second, in: &text) { scalars, start, end in
        let text = PythonText(scalars)
        let ends = first == "wan" ? scalars[end...].first == " " : text.isWordBoundary(end)
        return ends && text.isWordBoundary(start)
      }
    }
    for (first, second) in apostrophes where folded.contains(first + second) {
      split(first, second, in: &text) { scalars, start, end in
        start > 0 && scalars[start - 1] == " " && PythonText(scalars).isWordBoundary(end)
      }
    }
  }

  private static func split(
    _ first: String, _ second: String, in text: inout SpacedText,
    where isWhole: ([Unicode.Scalar], Int, Int) -> Bool
  ) {
    let length = first.unicodeScalars.count
    let wanted = Array((first + second).unicodeScalars)
    text.replace { scalars, index in
      guard scalars[index].pythonCaseFolded == wanted.first else { return nil }
      let found = scalars[index...].prefix(wanted.count)
      guard found.map(\.pythonCaseFolded) == wanted, isWhole(scalars, index, index + wanted.count)
      else { return nil }
      return (wanted.count, [" "] + found.prefix(length) + [" "] + found.dropFirst(length) + [" "])
    }
  }
}
