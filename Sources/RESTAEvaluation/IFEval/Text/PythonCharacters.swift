/// Python's classes of characters, which the rules are defined by.
extension Unicode.Scalar {
  /// What `str.isspace`, `str.strip`, `str.split` and `\s` take as white space.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// `\w`: letters, everything with a numeric value, and the underscore; no combining marks.
  var isPythonWord: Bool {
    if self == "_" { return true }
    if isASCII { return properties.isAlphabetic || ("0"..."9").contains(self) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return properties.numericType != nil
    }
  }

  /// `\d`: the decimal digits of all scripts.
  var isPythonDigit: Bool { properties.generalCategory == .decimalNumber }

  /// `str.isupper` of one character.
  var isPythonUpper: Bool { properties.isUppercase }

  /// `str.islower` of one character.
  var isPythonLower: Bool { properties.isLowercase }

  /// Upper case and title case, which `str.islower` forbids.
  var isPythonTitle: Bool { properties.generalCategory == .titlecaseLetter }

  /// What a case-insensitive search compares: one character in lower case, and those that Python's
  /// `re` takes as equal though their lower case differs.
  var pythonCaseFolded: Unicode.Scalar {
    if isASCII { return ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) + 32) : self }
    switch value {
    case 0x131: return "i"
    case 0x17F: return "s"
    case 0xB5: return "\u{3BC}"
    case 0x3C2: return "\u{3C3}"
    default: return properties.lowercaseMapping.unicodeScalars.first ?? self
    }
  }
}
