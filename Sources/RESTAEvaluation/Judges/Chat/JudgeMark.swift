import Foundation

/// What a reply says in the form that judges are told to answer in: a mark in two brackets, or a score.
///
/// Exactly one is an answer. Two that differ, and a mark that was not offered, are none.
enum JudgeMark {
  /// Which of some marks a reply holds, `[[YES]]` say, in any case and with Markdown around it.
  static func choice(of marks: [String], in reply: String) -> String? {
    let found = Set(bracketed(in: reply).map { $0.uppercased() })
    guard found.count == 1, let mark = found.first, marks.contains(mark) else { return nil }
    return mark
  }

  /// The score in a reply: `Rating: [[5]]`, `#thescore: 10`, `**Score:** 7/10`, or a number alone.
  static func score(in reply: String) -> Double? {
    var texts = bracketed(in: reply)
    if texts.isEmpty { texts = reply.matches(of: labelled).map { String($0.1) } }
    if texts.isEmpty, let alone = reply.wholeMatch(of: /[\s*_`]*([0-9][^\s*_`]*)[\s*_`]*/) {
      texts = [String(alone.1)]
    }
    let scores = Set(texts.map(number))
    return scores.count == 1 ? scores.first ?? nil : nil
  }

  /// What stands in two brackets, without the Markdown that may be in there.
  private static func bracketed(in reply: String) -> [String] {
    let pattern = /\\?\[\\?\[([^\[\]\n]{1,40}?)\\?\]\\?\]/.matchingSemantics(.unicodeScalar)
    return reply.matches(of: pattern).map {
      $0.1.trimmingCharacters(in: CharacterSet(charactersIn: " *_`\"'"))
    }
  }

  /// A label such as `#thescore`, `"rating"` or `<score>`, a range in brackets, and what follows.
  private static var labelled: Regex<(Substring, Substring)> {
    /(?i)(?:\b|_|#)(?:the)?(?:score|rating)[\s*_`"]*(?:\([^()\n]*\))?[\s*_`"]*(?:is|[:=>])[\s*_`"]*([0-9][^\s*_`",;<>)\]}]*)/
  }

  /// `10`, `5.5` and `7/10`, with a full stop perhaps; not `5-6`.
  private static func number(_ text: String) -> Double? {
    text.wholeMatch(of: /([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:\/[0-9]+)?\.?/).flatMap { Double($0.1) }
  }
}
