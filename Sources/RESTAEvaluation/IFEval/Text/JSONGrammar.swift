/// Whether a text is one JSON value, as Python's `json.loads` reads it: RFC 8259, and also `NaN`,
/// `Infinity` and `-Infinity`.
struct JSONGrammar {
  private let text: [Unicode.Scalar]
  private var index = 0
  /// The brackets that are open; a stack of our own, so that no depth of nesting ends the process.
  private var open: [Unicode.Scalar] = []

  private init(_ text: PythonText) { self.text = text.scalars }

  /// Whether the text is one JSON value with nothing but white space around it.
  static func accepts(_ text: PythonText) -> Bool {
    var grammar = JSONGrammar(text)
    return grammar.readDocument()
  }

  private mutating func readDocument() -> Bool {
    repeat {
      guard readValueOrOpening() else { return false }
      guard closeAndContinue() else { return false }
    } while !open.isEmpty
    skipSpace()
    return index == text.count
  }

  /// Reads a scalar value, an empty array or object, or opens one and reads on to its first value.
  private mutating func readValueOrOpening() -> Bool {
    while true {
      skipSpace()
      if take("[") {
        skipSpace()
        if take("]") { return true }
        open.append("[")
      } else if take("{") {
        skipSpace()
        if take("}") { return true }
        open.append("{")
        guard readKey() else { return false }
      } else {
        return readScalar()
      }
    }
  }

  /// Behind a value: closes what ends, and stops where another value has to follow.
  private mutating func closeAndContinue() -> Bool {
    while let bracket = open.last {
      skipSpace()
      if take(",") {
        skipSpace()
        return bracket == "[" || readKey()
      }
      guard take(bracket == "[" ? "]" : "}") else { return false }
      open.removeLast()
    }
    return true
  }

  private mutating func readKey() -> Bool {
    skipSpace()
    guard readString() else { return false }
    skipSpace()
    return take(":")
  }

  private mutating func readScalar() -> Bool {
    if readString() { return true }
    for word in ["null", "true", "false", "NaN", "Infinity", "-Infinity"] where takeWord(word) {
      return true
    }
    return readNumber()
  }

  private mutating func readNumber() -> Bool {
    _ = take("-")
    let start = index
    guard readDigits() else { return false }
    if text[start] == "0" && index > start + 1 { return false }
    let integerEnd = index
    if take(".") {
      guard readDigits() else { return false }
    }
    let mantissaEnd = index
    if take("e") || take("E") {
      _ = take("+") || take("-")
      guard readDigits() else { return false }
    }
    // Python reads no integers of more digits.
    return integerEnd - start <= 4300 || integerEnd < mantissaEnd || mantissaEnd < index
  }

  private mutating func readDigits() -> Bool {
    let start = index
    while index < text.count, ("0"..."9").contains(text[index]) { index += 1 }
    return index > start
  }

  private mutating func readString() -> Bool {
    guard take("\"") else { return false }
    while index < text.count {
      let scalar = text[index]
      index += 1
      if scalar == "\"" { return true }
      if scalar.value < 0x20 { return false }
      if scalar == "\\" {
        guard readEscape() else { return false }
      }
    }
    return false
  }

  private mutating func readEscape() -> Bool {
    guard index < text.count else { return false }
    let scalar = text[index]
    index += 1
    if scalar != "u" { return "\"\\/bfnrt".unicodeScalars.contains(scalar) }
    let digits = text[index...].prefix(4)
    index += digits.count
    return digits.count == 4 && digits.allSatisfy { $0.properties.isASCIIHexDigit }
  }

  private mutating func skipSpace() {
    while index < text.count {
      switch text[index] {
      case " ", "\t", "\n", "\r": index += 1
      default: return
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < text.count, text[index] == scalar else { return false }
    index += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard text[index...].starts(with: scalars) else { return false }
    index += scalars.count
    return true
  }
}
