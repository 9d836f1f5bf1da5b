/// One random change of a text, as SmoothLLM makes them: places and characters, drawn or given.
///
/// Characters are Unicode scalars, as they are for Python's `len`; a position counts them from the start of the text.
struct TextPerturbation: Sendable, Hashable {
  /// The paper's alphabet, Python's `string.printable`: ASCII's 95 printable characters, tab, line
  /// feed, carriage return, vertical tab and form feed.
  static let alphabet: [Unicode.Scalar] =
    (0x20...0x7E).map { Unicode.Scalar(UInt8($0)) } + ["\t", "\n", "\r", "\u{0B}", "\u{0C}"]

  /// What happens at the positions.
  let kind: SmoothLLM.Perturbation
  /// Ascending, each once, below the text's length; neighbours for a patch.
  let positions: [Int]
  /// The new characters, one for each position.
  let characters: [Unicode.Scalar]

  /// How many characters of a text change: a length times q percent, truncated.
  static func count(length: Int, percent: Int) -> Int {
    // Taken apart, so that no length overflows.
    length / 100 * percent + length % 100 * percent / 100
  }

  /// Draws a change: first the positions, then a character for each in ascending order.
  static func drawn(
    _ kind: SmoothLLM.Perturbation, length: Int, percent: Int, using random: inout DefenseRandom
  ) -> TextPerturbation {
    let count = count(length: length, percent: percent)
    let positions =
      switch kind {
      case .swap, .insert: distinct(count, below: length, using: &random)
      case .patch: run(count, below: length, using: &random)
      }
    let characters = positions.map { _ in alphabet[random.integer(below: alphabet.count)] }
    return TextPerturbation(kind: kind, positions: positions, characters: characters)
  }

  func applied(to text: String) -> String {
    var result = String.UnicodeScalarView()
    var next = 0
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard next < positions.count, positions[next] == index else {
        result.append(scalar)
        continue
      }
      result.append(characters[next])
      if kind == .insert { result.append(scalar) }
      next += 1
    }
    return String(result)
  }

  /// So many different integers, ascending: the first steps of a Fisher-Yates shuffle.
  private static func distinct(
    _ count: Int, below length: Int, using random: inout DefenseRandom
  ) -> [Int] {
    var all = Array(0..<length)
    for index in 0..<count {
      all.swapAt(index, index + random.integer(below: length - index))
    }
    return all.prefix(count).sorted()
  }

  /// So many neighbours, from a start that is drawn from all that leave room.
  private static func run(
    _ count: Int, below length: Int, using random: inout DefenseRandom
  ) -> [Int] {
    guard count > 0 else { return [] }
    let start = random.integer(below: length - count + 1)
    return Array(start..<start + count)
  }
}
