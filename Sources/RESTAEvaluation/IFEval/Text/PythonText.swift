/// A text as Python sees it: a sequence of Unicode scalars, compared one by one.
///
/// Swift's own strings would find no line feed in a CR LF and no letter under a combining mark.
struct PythonText: Sendable, Hashable {
  /// The scalars.
  var scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

  /// `separator.join(parts)`.
  init(joining parts: [PythonText], separator: Unicode.Scalar) {
    scalars = Array(parts.map(\.scalars).joined(separator: [separator]))
  }

  /// Whether it is empty or all white space.
  var isBlank: Bool { scalars.allSatisfy(\.isPythonSpace) }

  /// `str.strip`.
  func trimmed() -> PythonText { trimmed(where: \.isPythonSpace) }

  /// `str.strip` of other characters.
  func trimmed(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    trimmedStart(where: isTrimmed).trimmedEnd(where: isTrimmed)
  }

  /// `str.lstrip`.
  func trimmedStart(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    PythonText(scalars.drop(while: isTrimmed))
  }

  /// `str.rstrip`.
  func trimmedEnd(where isTrimmed: (Unicode.Scalar) -> Bool) -> PythonText {
    let end = scalars.lastIndex { !isTrimmed($0) }.map { $0 + 1 } ?? 0
    return PythonText(scalars[..<end])
  }

  /// `str.split` at a text that is not empty; empty parts stay.
  func split(separator: String) -> [PythonText] {
    let wanted = Array(separator.unicodeScalars)
    var parts: [PythonText] = []
    var start = 0
    for found in starts(of: wanted) where found >= start {
      parts.append(PythonText(scalars[start..<found]))
      start = found + wanted.count
    }
    parts.append(PythonText(scalars[start...]))
    return parts
  }

  /// `str.split` without an argument: the runs between white space.
  func words() -> [PythonText] {
    scalars.split(whereSeparator: \.isPythonSpace).map(PythonText.init)
  }

  /// `str.replace(character, "")`.
  func removing(_ character: Unicode.Scalar) -> PythonText {
    PythonText(scalars.filter { $0 != character })
  }

  /// `text in self`.
  func contains(_ text: String) -> Bool { !starts(of: Array(text.unicodeScalars)).isEmpty }

  /// `str.startswith`.
  func starts(with prefix: PythonText) -> Bool { scalars.starts(with: prefix.scalars) }

  /// `str.endswith`.
  func ends(with suffix: PythonText) -> Bool {
    scalars.count >= suffix.scalars.count
      && scalars.suffix(suffix.scalars.count) == suffix.scalars[...]
  }

  /// `str.removeprefix`.
  func removingPrefix(_ prefix: String) -> PythonText {
    let prefix = PythonText(prefix)
    return starts(with: prefix) ? PythonText(scalars.dropFirst(prefix.scalars.count)) : self
  }

  /// `str.removesuffix`.
  func removingSuffix(_ suffix: String) -> PythonText {
    let suffix = PythonText(suffix)
    return ends(with: suffix) ? PythonText(scalars.dropLast(suffix.scalars.count)) : self
  }

  /// Where a text begins, overlaps included.
  func starts(of wanted: [Unicode.Scalar]) -> [Int] {
    guard let first = wanted.first, wanted.count <= scalars.count else { return [] }
    return (0...scalars.count - wanted.count).filter {
      scalars[$0] == first && scalars[$0..<$0 + wanted.count] == wanted[...]
    }
  }
}
