import Foundation
import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Win rates at equal lengths") struct LengthControlTests {
  /// Tools/golden/length_control.py.
  private struct Golden: Decodable {
    struct Case: Decodable {
      var name: String
      var preferences: [Double]
      var lengthDifferences: [Double]
      var winRate: Double
    }
    var ridge: Double
    var cases: [Case]
  }

  @Test func `they are those of an independent implementation`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/length-control.json").standardizedFileURL
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    #expect(golden.ridge == LengthControl.ridge)
    #expect(golden.cases.count == 9)
    for example in golden.cases {
      let rate = try #require(
        LengthControl.winRate(
          preferences: example.preferences, lengthDifferences: example.lengthDifferences))
      // The reference is rounded to ten decimals; the gradient's tolerance leaves less.
      #expect(abs(rate - example.winRate) < 1e-8, "\(example.name): \(rate), \(example.winRate)")
    }
  }

  @Test func `without pairs, or with one difference for all, there is none`() {
    #expect(LengthControl.winRate(preferences: [], lengthDifferences: []) == nil)
    #expect(LengthControl.winRate(preferences: [1], lengthDifferences: [3]) == nil)
    #expect(LengthControl.winRate(preferences: [1, 0], lengthDifferences: [3, 3]) == nil)
  }

  @Test func `equal lengths change nothing, nor does winning or losing all`() {
    #expect(
      LengthControl.winRate(preferences: [1, 0, 0.25], lengthDifferences: [0, 0, 0]) == 1.25 / 3)
    #expect(LengthControl.winRate(preferences: [1, 1], lengthDifferences: [5, -1]) == 1)
    #expect(LengthControl.winRate(preferences: [0, 0], lengthDifferences: [5, -1]) == 0)
  }

  @Test(arguments: UInt64(0)..<100)
  func `it is a rate, and swapping the sides mirrors it`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = generator.integer(in: 2...40)
    let preferences = (0..<n).map { _ in Double(generator.integer(in: 0...4)) / 4 }
    let lengths = (0..<n).map { Double(generator.integer(in: -500...500) + $0) }
    let rate = try #require(
      LengthControl.winRate(preferences: preferences, lengthDifferences: lengths), "seed \(seed)")
    let mirrored = try #require(
      LengthControl.winRate(
        preferences: preferences.map { 1 - $0 }, lengthDifferences: lengths.map { -$0 }))
    #expect((0...1).contains(rate), "seed \(seed)")
    #expect(abs(rate + mirrored - 1) < 1e-7, "seed \(seed): \(rate), \(mirrored)")
  }

  @Test func `a judge that only likes length is seen through`() throws {
    var generator = SeededGenerator(seed: 5)
    // The candidate is longer in four of five pairs, and is preferred for its length only.
    let lengths = (0..<2000).map { index in
      Double(generator.integer(in: 1...300)) * (index % 5 == 0 ? -1 : 1)
    }
    let preferences = lengths.map { length in
      generator.chance(LogisticFit.logistic(2 * tanh(length / 150))) ? 1.0 : 0
    }
    let plain = preferences.reduce(0, +) / 2000
    let rate = try #require(
      LengthControl.winRate(preferences: preferences, lengthDifferences: lengths))
    #expect(plain > 0.65, "\(plain)")
    // The intercept's standard error is near 0.07, a quarter of that in the rate: five of them.
    #expect(abs(rate - 0.5) < 0.09, "\(rate)")
  }

  @Test func `the ratio of lengths is that of their means`() throws {
    let rows = ["a", "b"].map {
      AnalysisFixture.row("d", AnalysisFixture.sample($0, .benign), .complied)
    }
    let preferences = zip(rows, [(10, 100), (100, 10)]).map { row, lengths in
      EvaluationStore.StoredPreference(
        place: EvaluationStore.VerdictKey(
          key: row.key, dataset: row.dataset, sample: row.sample.id, judge: "j"),
        verdict: PairwiseVerdict(
          outcome: .tie, preference: 0.5, candidateLength: lengths.0, baselineLength: lengths.1,
          reason: ""))
    }
    let summary = try #require(
      PreferenceTables.summaries(
        of: preferences, rows: rows, datasets: ["set"], defenses: ["d"]
      ).first)
    // The mean of 0.1 and 10 is 5.05, and says that the defended answers are longer.
    #expect(summary.lengthRatio.value == 1 && summary.lengthRatio.n == 2)
  }
}
