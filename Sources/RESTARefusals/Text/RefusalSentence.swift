/// A sentence of an answer, as patterns see it.
struct RefusalSentence {
  let words: [String]
  /// Behind each place: where one gets by passing over one item that may stand anywhere.
  private let passes: [Int: [Int]]

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

  func holds(_ item: [String], at place: Int) -> Bool {
    guard place + item.count <= words.count else { return false }
    return item.indices.allSatisfy { words[place + $0] == item[$0] }
  }

  /// Those of the places that are the sentence's start, or behind items that may stand anywhere.
  func starts(among places: RefusalPlaces) -> RefusalPlaces {
    let start = behindSkips(RefusalPlaces(0))
    return places.filtered { start.contains($0) }
  }

  /// Those of the places that are the sentence's end.
  func ends(among places: RefusalPlaces) -> RefusalPlaces {
    places.filtered { $0 == words.count }
  }

  /// The places, and those behind up to two items that may stand anywhere.
  func behindSkips(_ places: RefusalPlaces) -> RefusalPlaces {
    if passes.isEmpty { return places }
    var found = places
    for _ in 0..<2 {
      for place in found { for behind in passes[place] ?? [] { found.insert(behind) } }
    }
    return found
  }
}

/// Places in a sentence, none further than 63 words behind the first: no pattern reaches further.
struct RefusalPlaces: Sequence {
  let base: Int
  private var bits: UInt64 = 0

  /// No places yet, and none before one.
  init(from base: Int) { self.base = base }

  init(_ place: Int) {
    base = place
    bits = 1
  }

  var isEmpty: Bool { bits == 0 }

  var first: Int? { isEmpty ? nil : base + bits.trailingZeroBitCount }

  func contains(_ place: Int) -> Bool {
    (base..<base + 64).contains(place) && bits >> (place - base) & 1 == 1
  }

  func filtered(_ isWanted: (Int) -> Bool) -> RefusalPlaces {
    var places = RefusalPlaces(from: base)
    for place in self where isWanted(place) { places.insert(place) }
    return places
  }

  /// Adds a place; one that is too far is none.
  mutating func insert(_ place: Int) {
    if (base..<base + 64).contains(place) { bits |= 1 << (place - base) }
  }

  /// Adds the places of another set with the same base.
  mutating func formUnion(_ other: RefusalPlaces) { bits |= other.bits }

  /// Adds what is up to so many words behind each place, in a sentence of so many words.
  mutating func widen(by most: Int, upTo count: Int) {
    for _ in 0..<most { bits |= bits << 1 }
    let reach = count - base
    if reach < 63 { bits &= (1 << (reach + 1)) - 1 }
  }

  func makeIterator() -> Iterator { Iterator(base: base, rest: bits) }

  struct Iterator: IteratorProtocol {
    fileprivate let base: Int
    fileprivate var rest: UInt64

    mutating func next() -> Int? {
      guard rest != 0 else { return nil }
      defer { rest &= rest - 1 }
      return base + rest.trailingZeroBitCount
    }
  }
}
