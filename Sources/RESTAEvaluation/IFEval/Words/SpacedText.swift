/// Text into which spaces are put, until white space is all that separates words.
struct SpacedText {
  private(set) var scalars: [Unicode.Scalar]

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  /// Replaces from left to right, without overlaps.
  ///
  /// - Parameter rule: From the text and an index, how many characters to replace, at least 1, and by
  ///   what; `nil` for nothing.
  mutating func replace(_ rule: ([Unicode.Scalar], Int) -> (Int, [Unicode.Scalar])?) {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < scalars.count {
      if let (count, replacement) = rule(scalars, index) {
        result += replacement
        index += count
      } else {
        result.append(scalars[index])
        index += 1
      }
    }
    scalars = result
  }

  /// Puts a space on each side of some characters.
  mutating func pad(where isPadded: (Unicode.Scalar) -> Bool) {
    scalars = scalars.flatMap { isPadded($0) ? [" ", $0, " "] : [$0] }
  }

  /// Puts a space on each side of runs of a character.
  mutating func padRuns(of scalar: Unicode.Scalar, atLeast least: Int) {
    replace { text, index in
      guard text[index] == scalar else { return nil }
      let run = Array(text[index...].prefix { $0 == scalar })
      return (run.count, run.count >= least ? [" "] + run + [" "] : run)
    }
  }

  /// Cuts off the full stop behind which only closing punctuation and spaces follow.
  mutating func cutFinalPeriod() {
    let closing = Array("])}>\"'\u{BB}\u{201D}\u{2019} ".unicodeScalars)
    let end = scalars.lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? 0
    guard let period = scalars[..<end].lastIndex(where: { !closing.contains($0) }),
      scalars[period] == ".", period > 0, scalars[period - 1] != "."
    else { return }
    scalars.insert(" ", at: period + 1)
    scalars.insert(" ", at: period)
  }

  /// Makes one space of each run of white space, and puts one at each end.
  mutating func collapseSpace() {
    var result: [Unicode.Scalar] = [" "]
    for scalar in scalars + [" "] {
      if !scalar.isPythonSpace {
        result.append(scalar)
      } else if result.last != " " {
        result.append(" ")
      }
    }
    scalars = result
  }
}
