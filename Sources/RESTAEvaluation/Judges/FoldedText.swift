/// Text as phrases are compared: ASCII letters in lower case, ’ as '.
///
/// In Unicode scalars, and without Unicode's case mapping, which changes lengths: offsets then mean
/// the same in every language that implements the rule.
struct FoldedText: Sendable, Hashable {
  private let scalars: [Unicode.Scalar]

  /// The length in Unicode scalars.
  var count: Int { scalars.count }

  /// Folds a text.
  ///
  /// - Parameter text: The text.
  init(_ text: String) {
    scalars = text.unicodeScalars.map { scalar in
      switch scalar {
      case "A"..."Z": Unicode.Scalar(UInt8(scalar.value) + 32)
      case "\u{2019}": "'"
      default: scalar
      }
    }
  }

  /// Whether a phrase stands at a place and continues no word there.
  ///
  /// - Parameters:
  ///   - phrase: The phrase; an empty one stands nowhere.
  ///   - offset: The place, not negative.
  /// - Returns: Whether it does.
  func holds(_ phrase: FoldedText, at offset: Int) -> Bool {
    let end = offset + phrase.count
    guard let first = phrase.scalars.first, let last = phrase.scalars.last, end <= count,
      scalars[offset..<end].elementsEqual(phrase.scalars)
    else { return false }
    let continuesBefore = offset > 0 && Self.isWord(first) && Self.isWord(scalars[offset - 1])
    let continuesBehind = end < count && Self.isWord(last) && Self.isWord(scalars[end])
    return !continuesBefore && !continuesBehind
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
