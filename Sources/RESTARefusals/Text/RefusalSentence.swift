/// A sentence of an answer, as patterns see it.
struct RefusalSentence {
  let words: [String]
  /// Behind each place: where one gets by passing over one item that may stand anywhere.
  private let passes: [Int: [Int]]

  /// Prepares a sentence.
  init(_ words: [String], _ rules: RefusalRules) {
    self.words = words
    var passes: [Int: [Int]] = [:]
    for (place, word) in words.enumerated() {
      let items = (rules.skips[word] ?? []).filter { words[place...].starts(with: $0) }
      if !items.isEmpty { passes[place] = items.map { place + $0.count } }
    }
    self.passes = passes
  }

  /// The word at a place; `nil` behind the last one.
  func word(at place: Int) -> String? { place < words.count ? words[place] : nil }

  /// Whether words stand at a place.
  func holds(_ item: [String], at place: Int) -> Bool { words[place...].starts(with: item) }

  /// The places, and those behind up to two items that may stand anywhere.
  func behindSkips(_ places: Set<Int>) -> Set<Int> {
    let once = places.union(places.flatMap { passes[$0] ?? [] })
    return once.count == places.count ? places : once.union(once.flatMap { passes[$0] ?? [] })
  }
}
