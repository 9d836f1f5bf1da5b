/// Finds a keyword in a text, whatever its case.
struct KeywordPattern: Sendable, Hashable {
  private let wanted: [Unicode.Scalar]

  init(_ keyword: String) {
    wanted = keyword.unicodeScalars.map(\.pythonCaseFolded)
  }

  /// How often the keyword occurs, without overlaps; inside other words too.
  func count(in text: PythonText) -> Int {
    var count = 0
    var next = 0
    for start in starts(in: text) where start >= next {
      count += 1
      next = start + wanted.count
    }
    return count
  }

  /// Whether the keyword occurs between word boundaries.
  func isWord(in text: PythonText) -> Bool {
    starts(in: text).contains {
      text.isWordBoundary($0) && text.isWordBoundary($0 + wanted.count)
    }
  }

  private func starts(in text: PythonText) -> [Int] {
    PythonText(text.scalars.map(\.pythonCaseFolded)).starts(of: wanted)
  }
}

extension PythonText {
  /// `\b`: whether exactly one of the characters beside an index is of a word.
  func isWordBoundary(_ index: Int) -> Bool {
    let before = index > 0 && scalars[index - 1].isPythonWord
    let after = index < scalars.count && scalars[index].isPythonWord
    return before != after
  }
}
