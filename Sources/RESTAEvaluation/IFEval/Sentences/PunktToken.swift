/// A token of the sentence splitter, and what is known about it.
struct PunktToken {
  /// The token as it stands.
  let text: [Unicode.Scalar]
  /// The token in lower case; every number is the same.
  let type: String
  var isBreak = false
  var isAbbreviation = false

  /// What every number's ``type`` is.
  static let number = "##number##"

  /// - Parameter text: The token; not empty.
  init(_ text: [Unicode.Scalar]) {
    self.text = text
    type = Self.isNumber(text) ? Self.number : Self.lowercased(text[...])
    annotate()
  }

  /// Whether it ends in a full stop.
  var endsInPeriod: Bool { text.last == "." }

  /// Two full stops or more.
  var isEllipsis: Bool { text.count > 1 && text.allSatisfy { $0 == "." } }

  /// One letter and a full stop.
  var isInitial: Bool {
    text.count == 2 && text[1] == "." && text[0].isPythonWord && !text[0].isPythonDigit
  }

  var beginsInUpperCase: Bool { text.first?.isPythonUpper == true }
  var beginsInLowerCase: Bool { text.first?.isPythonLower == true }

  /// The type, without the full stop that ends a sentence.
  var typeWithoutBreak: String {
    isBreak && type.count > 1 && type.hasSuffix(".") ? String(type.dropLast()) : type
  }

  /// The first pass: what the token says by itself.
  private mutating func annotate() {
    if text == ["."] || text == ["?"] || text == ["!"] {
      isBreak = true
    } else if text == [".", " ", ".", " ", "."] {
      isAbbreviation = true
    } else if endsInPeriod && text.dropLast().last != "." {
      let word = Self.lowercased(text.dropLast())
      let lastPart = word.split(separator: "-", omittingEmptySubsequences: false).last
      isAbbreviation =
        PunktWords.abbreviations.contains(word)
        || lastPart.map { PunktWords.abbreviations.contains(String($0)) } == true
      isBreak = !isAbbreviation
    }
  }

  /// A digit, with a sign or a separator before it, and digits, separators and signs behind it.
  private static func isNumber(_ text: [Unicode.Scalar]) -> Bool {
    var rest = text[...]
    if rest.first == "-" { rest = rest.dropFirst() }
    if rest.first == "." || rest.first == "," { rest = rest.dropFirst() }
    guard rest.first?.isPythonDigit == true else { return false }
    return rest.allSatisfy { $0.isPythonDigit || $0 == "," || $0 == "." || $0 == "-" }
  }

  private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(PythonText(text).lowercased().scalars))
  }
}
