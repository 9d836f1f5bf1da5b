/// A pattern of words: what a line of the rules says.
struct RefusalPattern: Sendable {
  private indirect enum Step: Sendable {
    case words([String])
    case prefix(String)
    case choice([RefusalPattern])
    case optional(Step)
    case gap(Int)
    case start
    case end
  }

  private var steps: [Step] = []

  /// Reads a pattern; `nil` where it names no list, or leaves a bracket open.
  init?(_ line: Substring, _ language: RefusalLanguage, _ lists: [String: [RefusalPattern]]) {
    var marks = Self.marks(line)[...]
    guard let pattern = Self(&marks, language, lists), marks.isEmpty else { return nil }
    self = pattern
  }

  /// Takes a sequence off the marks, up to `|`, `)` or their end.
  private init?(
    _ marks: inout ArraySlice<String>, _ language: RefusalLanguage,
    _ lists: [String: [RefusalPattern]]
  ) {
    while let mark = marks.first, mark != "|", !mark.hasPrefix(")") {
      marks.removeFirst()
      let name = mark.hasSuffix("?") ? String(mark.dropLast()) : mark
      let step: Step
      var isOptional = mark.hasSuffix("?")
      switch mark.first {
      case "(":
        var choices: [RefusalPattern] = []
        repeat {
          guard let choice = Self(&marks, language, lists) else { return nil }
          choices.append(choice)
        } while marks.first == "|" && marks.popFirst() != nil
        guard let closing = marks.popFirst(), closing.hasPrefix(")") else { return nil }
        step = .choice(choices)
        isOptional = closing == ")?"
      case "*": step = .gap(Int(mark.dropFirst()) ?? 1)
      case "^": step = .start
      case "$": step = .end
      case "@":
        guard let items = lists[name] else { return nil }
        step = .choice(items)
      default:
        let words = language.words(of: name.hasSuffix("+") ? name.dropLast() : name[...])
        guard let first = words.first else { return nil }
        step = name.hasSuffix("+") ? .prefix(first) : .words(words)
      }
      steps.append(isOptional ? .optional(step) : step)
    }
    if steps.isEmpty { return nil }
  }

  /// A line's words, brackets and signs.
  private static func marks(_ line: Substring) -> [String] {
    var marks: [String] = []
    var isInside = false
    for character in line {
      switch character {
      case " ": isInside = false
      case "(", ")", "|":
        marks.append(String(character))
        isInside = false
      case "?" where marks.last == ")": marks[marks.count - 1] = ")?"
      case _ where isInside: marks[marks.count - 1].append(character)
      default:
        marks.append(String(character))
        isInside = true
      }
    }
    return marks
  }

  /// What a match may begin with: words, and `x+` for a word with a beginning in `x`.
  var firstWords: Set<String> {
    var found: Set<String> = []
    for step in steps {
      found.formUnion(Self.firstWords(step))
      switch step {
      case .words, .prefix, .choice: return found
      case .optional, .gap, .start, .end: continue
      }
    }
    return found
  }

  private static func firstWords(_ step: Step) -> Set<String> {
    switch step {
    case .words(let words): Set(words.prefix(1))
    case .prefix(let beginning): Set(beginning.prefix(1).map { "\($0)+" })
    case .choice(let patterns): patterns.reduce(into: []) { $0.formUnion($1.firstWords) }
    case .optional(let step): firstWords(step)
    case .gap, .start, .end: []
    }
  }

  /// Where matches end that begin at one of the places.
  ///
  /// Places are kept, not ways to them, so no text makes it go back: the time is linear.
  func ends(in sentence: RefusalSentence, from places: RefusalPlaces) -> RefusalPlaces {
    var places = places
    var hasBegun = false
    for step in steps where !places.isEmpty {
      switch step {
      case .start: places = sentence.starts(among: places)
      case .end: places = sentence.ends(among: sentence.behindSkips(places))
      case .gap(let most):
        if hasBegun { places = sentence.behindSkips(places) }
        places.widen(by: most, upTo: sentence.words.count)
      case .words, .prefix, .choice:
        places = Self.ends(step, sentence, hasBegun ? sentence.behindSkips(places) : places)
        hasBegun = true
      case .optional(let inner):
        let from = hasBegun ? sentence.behindSkips(places) : places
        places.formUnion(Self.ends(inner, sentence, from))
        hasBegun = true
      }
    }
    return places
  }

  private static func ends(
    _ step: Step, _ sentence: RefusalSentence, _ places: RefusalPlaces
  ) -> RefusalPlaces {
    var ends = RefusalPlaces(from: places.base)
    switch step {
    case .words(let words):
      for place in places where sentence.holds(words, at: place) {
        ends.insert(place + words.count)
      }
    case .prefix(let beginning):
      for place in places where sentence.word(at: place)?.hasPrefix(beginning) == true {
        ends.insert(place + 1)
      }
    case .choice(let patterns):
      for pattern in patterns { ends.formUnion(pattern.ends(in: sentence, from: places)) }
    case .optional, .gap, .start, .end: break
    }
    return ends
  }
}
