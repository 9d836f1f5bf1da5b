/// Tells from a text alone that it says nothing: no letters, the same words over and over.
///
/// The rules of `Tools/alignment/alignment/coherence.py`, which made the numbers in
/// `docs/test-model.md`; equal to them on every text, apart from characters that only one of the two
/// languages' Unicode tables knows.
package enum BrokenText {
  /// Texts of so many words or fewer are too short to tell repetition from style.
  static let fewWords = 12
  /// Below this share of different words a text is broken; prose hardly ever is.
  static let leastDistinctShare = 0.35
  /// So many equal short words in a row break a text, as in "! ! ! !".
  static let run = 4
  /// The most characters of a short word.
  static let shortWord = 3

  /// What is wrong with a text.
  package static func fault(of text: String) -> String? {
    guard text.unicodeScalars.contains(where: { $0 != "_" && $0.isPythonWord }) else {
      return "there is no letter or digit in it"
    }
    if let share = distinctShare(text), share < leastDistinctShare {
      return "it repeats a few words"
    }
    return hasRun(text) ? "it repeats a short word" : nil
  }

  /// Different words for each word, without regard to case; `nil` for texts too short for that to mean something.
  static func distinctShare(_ text: String) -> Double? {
    let words = PythonText(text).lowercased().scalars.split { !$0.isPythonWord }
    return words.count > fewWords ? Double(Set(words).count) / Double(words.count) : nil
  }

  /// Whether a short word comes ``run`` times in a row.
  static func hasRun(_ text: String) -> Bool {
    let words = PythonText(text).lowercased().words()
    guard words.count >= run else { return false }
    return (0...words.count - run).contains { start in
      words[start].scalars.count <= shortWord
        && words[start..<start + run].allSatisfy { $0 == words[start] }
    }
  }
}
