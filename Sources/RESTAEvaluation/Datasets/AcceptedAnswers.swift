import RESTADocuments

/// What makes an answer correct: a few words or a number in it.
///
/// An accepted answer counts where its words stand in the answer, one behind the other, each as a whole, in any
/// case of letters. Numbers are compared by what they say: `1,250` is `1250`, and `43.0` is `43`. Of accepted and
/// rejected answers the one that comes first decides, so that "No. Yes-men disagree." is a no.
///
/// This is a weak judge: an answer that mentions the right words among others, in the middle of a calculation that
/// goes on to a wrong end, is correct for it, and so is a list of all numbers.
package struct AcceptedAnswers: Sendable, Hashable, Codable {
  /// Any of them will do.
  package var accepted: [String]
  /// None of them may stand in front of the accepted one.
  package var rejected: [String] = []

  /// Reads `accepted` and perhaps `rejected` of an entry; `nil` where neither is there.
  init?(_ fields: DataRow) throws(DocumentError) {
    guard fields.has("accepted") || fields.has("rejected") else { return nil }
    self.init(
      accepted: try Self.texts("accepted", fields),
      rejected: fields.has("rejected") ? try Self.texts("rejected", fields) : [])
  }

  package init(accepted: [String], rejected: [String] = []) {
    self.accepted = accepted
    self.rejected = rejected
  }

  /// Whether an answer is correct.
  ///
  /// Complexity: linear in the answer's length times the number of accepted and rejected answers.
  package func holds(for answer: String) -> Bool {
    let words = AnswerWords.of(answer)
    func first(_ answers: [String]) -> Int? {
      answers.compactMap { AnswerWords.place(of: AnswerWords.of($0), in: words) }.min()
    }
    guard let right = first(accepted) else { return false }
    return first(rejected).map { right < $0 } ?? true
  }

  private static func texts(
    _ name: String, _ fields: DataRow
  ) throws(DocumentError) -> [String] {
    let values = try fields.array(name)
    let texts = values.compactMap(\.string).filter { !AnswerWords.of($0).isEmpty }
    guard !texts.isEmpty, texts.count == values.count else {
      throw fields.error("field '\(name)' is no list of texts with a word or a number in each")
    }
    return texts
  }
}

/// A text as words and numbers, for comparing answers.
enum AnswerWords {
  private static let minus: Set<Unicode.Scalar> = ["-", "\u{2212}"]
  /// What stands between thousands: comma, apostrophes, spaces that do not break, thin ones.
  private static let separators: Set<Unicode.Scalar> = [
    ",", "'", "\u{2019}", "\u{A0}", "\u{2009}", "\u{202F}",
  ]

  /// The words in lower case and the numbers in one spelling, in their order.
  static func of(_ text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var words: [String] = []
    var index = 0
    while index < scalars.count {
      if isDigit(scalars, index) || isPoint(scalars, index) {
        // A hyphen behind a word or a number is one, else a sign.
        let isNegative =
          index > 0 && minus.contains(scalars[index - 1])
          && !(index > 1 && isWord(scalars[index - 2]))
        words.append((isNegative ? "-" : "") + number(scalars, &index))
      } else if isWord(scalars[index]) {
        let start = index
        while index < scalars.count, isWord(scalars[index]) { index += 1 }
        words.append(string(scalars[start..<index]).lowercased())
      } else {
        index += 1
      }
    }
    return words
  }

  /// Where some words stand in others, one behind the other.
  static func place(of part: [String], in words: [String]) -> Int? {
    guard !part.isEmpty, part.count <= words.count else { return nil }
    return (0...(words.count - part.count)).first {
      words[$0..<($0 + part.count)].elementsEqual(part)
    }
  }

  /// Digits, perhaps in groups of three, perhaps with decimals behind a point; `.5` is `0.5`.
  private static func number(_ scalars: [Unicode.Scalar], _ index: inout Int) -> String {
    func digits(from start: Int) -> Int {
      var end = start
      while isDigit(scalars, end) { end += 1 }
      return end
    }
    var end = digits(from: index)
    var whole = string(scalars[index..<end])
    if end - index <= 3 {
      while end < scalars.count, separators.contains(scalars[end]), digits(from: end + 1) == end + 4
      {
        whole += string(scalars[(end + 1)..<(end + 4)])
        end += 4
      }
    }
    var decimals: Substring = ""
    if end < scalars.count, scalars[end] == "." {
      let last = digits(from: end + 1)
      if last > end + 1 {
        decimals = string(scalars[(end + 1)..<last])[...]
        while decimals.last == "0" { decimals.removeLast() }
        end = last
      }
    }
    index = end
    if whole.isEmpty { whole = "0" }
    return decimals.isEmpty ? whole : "\(whole).\(decimals)"
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  private static func isDigit(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    index < scalars.count && ("0"..."9").contains(scalars[index])
  }

  /// Whether a number begins with the point here: no word, no other number and no ellipsis ends there.
  private static func isPoint(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    scalars[index] == "." && isDigit(scalars, index + 1)
      && !(index > 0 && (isWord(scalars[index - 1]) || scalars[index - 1] == "."))
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || [.nonspacingMark, .spacingMark].contains(scalar.properties.generalCategory)
  }
}
