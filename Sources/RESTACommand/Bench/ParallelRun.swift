/// Several generations at once against the same ones after each other: medians over the repeats.
struct ParallelRun: Encodable {
  let decoder: BenchSubject
  let generations: Int
  let userTokens: Int
  let answerTokens: Int
  /// All of them at once.
  let wallS: Double
  /// One after the other.
  let afterEachOtherS: Double
  /// Whether all gave the tokens that they give alone.
  let sameTokens: Bool

  /// How many times as fast they are together.
  var speedup: Double { afterEachOtherS / wallS }

  static let title = "decoder     at once  time s  after each other s  times as fast  same"

  /// A line of the table.
  var row: String {
    [
      Columns.left(decoder.rawValue, 10), Columns.right("\(generations)", 7),
      Columns.right(Summary.number(wallS), 6), Columns.right(Summary.number(afterEachOtherS), 18),
      Columns.right(Summary.number(speedup), 13), Columns.right(sameTokens ? "yes" : "NO", 4),
    ].joined(separator: "  ")
  }
}
