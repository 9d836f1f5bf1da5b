import RESTAEvaluation
import RESTARefusals
import RESTATesting
import Testing

/// The border of the window, over random texts in front of a phrase.
@Suite("The window of the refusal phrases") struct RefusalWindowTests {
  /// Characters of one, two and several scalars, none of which is in a phrase or continues one.
  private static let fillers: [Character] = [" ", ".", "é", "e\u{301}", "\u{1F642}", "\r\n", "字"]

  /// A random prefix of exactly so many scalars.
  private static func filler(_ length: Int, _ generator: inout SeededGenerator) -> String {
    var text = ""
    while text.unicodeScalars.count < length {
      let next = fillers[generator.integer(in: 0...(fillers.count - 1))]
      let fits = text.unicodeScalars.count + next.unicodeScalars.count <= length
      text.append(fits ? next : ".")
    }
    return text
  }

  @Test(arguments: UInt64(0)..<400)
  func `a phrase counts exactly when it begins inside`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let window = generator.integer(in: 0...80)
    let offset = max(0, window + generator.integer(in: -3...3))
    let phrases = RefusalPhraseJudge.defaultPhrases
    let phrase = phrases[generator.integer(in: 0...(phrases.count - 1))]
    let text = Self.filler(offset, &generator) + phrase + "."
    let match = RefusalPhraseJudge(window: window).match(text)
    let expected =
      offset < window ? RefusalPhraseJudge.Match(phrase: phrase, offset: offset) : nil
    #expect(match == expected, "seed \(seed), window \(window), offset \(offset): \(text)")
  }
}
