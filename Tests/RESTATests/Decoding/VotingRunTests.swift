import RESTATesting
import Testing

@testable import RESTA

@Suite("Votes as they come in")
struct VotingRunTests {
  /// A run of one position in which some copies voted, each row with its token on top.
  private static func run(
    _ votes: [TokenID?], retention: VotingRun.Retention = .undecided
  ) throws -> VotingRun {
    var run = VotingRun(copies: votes.count, positions: 1, retention: retention)
    for (copy, vote) in votes.enumerated() {
      guard let vote else { continue }
      let row = (0..<6).map { TokenID($0) == vote ? Float(1) : 0 }
      try run.read(row.span, of: [VotingRun.Place(copy: copy, position: 0)][...])
    }
    return run
  }

  /// All ways in which the copies that were not asked could vote, over the tokens 0...5.
  ///
  /// 5 is a token that nobody voted for: a newcomer.
  private static func endings(_ votes: [TokenID?]) -> [[TokenID]] {
    votes.reduce([[]]) { endings, vote in
      endings.flatMap { ending in
        (vote.map { [$0] } ?? [0, 1, 2, 5]).map { ending + [$0] }
      }
    }
  }

  @Test("are decided exactly when no copy that was not asked can change the token or make a tie")
  func decided() throws {
    var generator = SeededGenerator(seed: 5)
    var seen = [true: 0, false: 0]
    for _ in 0..<600 {
      let copies = generator.integer(in: 1...9)
      let unasked = generator.integer(in: 0...min(5, copies))
      var votes: [TokenID?] = (0..<copies).map { index in
        index < unasked
          ? nil : TokenID(generator.chance(0.7) ? 0 : generator.integer(in: 0...2))
      }
      votes.shuffle(using: &generator)
      // A vote is a tie when the leaders are several, and then not decided by counting.
      let outcomes = Set(Self.endings(votes).map { Ballot(predictions: $0).leaders })
      let isCertain = outcomes.count == 1 && outcomes.first?.count == 1
      let run = try Self.run(votes)
      #expect(run.isDecided(0) == isCertain, "\(votes)")
      #expect(run.unasked(0) == votes.indices.filter { votes[$0] == nil })
      #expect(run.ballot(0).predictions == votes.compactMap { $0 })
      seen[isCertain, default: 0] += 1
    }
    #expect(seen.values.allSatisfy { $0 >= 100 }, "\(seen)")
  }

  @Test("keep logits only as long as there may be a tie")
  func retention() throws {
    #expect(try Self.run([1, 1, 1, nil]).rows(0).isEmpty)
    #expect(try Self.run([1, nil, nil, nil]).rows(0).count == 1)
    #expect(try Self.run([1, 2, 1, 2]).rows(0).count == 4)
    #expect(try Self.run([1, 2, 1, 1]).rows(0).isEmpty)
    #expect(try Self.run([1, 2, 1, 2], retention: .none).rows(0).isEmpty)
    #expect(try Self.run([1, 1, 1, 1], retention: .all).rows(0).count == 4)
  }

  @Test("for an aggregator that needs all logits wait for all copies")
  func all() throws {
    #expect(try !Self.run([1, 1, 1, nil], retention: .all).isDecided(0))
    #expect(try Self.run([1, 2, 1, 1], retention: .all).isDecided(0))
  }

  @Test("are read from rows that lie side by side, of several copies and positions")
  func severalRows() throws {
    var run = VotingRun(copies: 2, positions: 2, retention: .undecided)
    let places = [(0, 0), (0, 1), (1, 0), (1, 1)].map {
      VotingRun.Place(copy: $0.0, position: $0.1)
    }
    let rows: [[Float]] = [[0, 2, 1], [3, 0, 0], [0, 1, 0], [0, 0, 5]]
    try run.read(Array(rows.joined()).span, of: places[...])
    #expect(run.ballot(0).predictions == [1, 1])
    #expect(run.ballot(1).predictions == [0, 2])
    #expect(run.isDecided(0) && !run.isDecided(1))
    #expect(run.rows(0).isEmpty)
    #expect(run.rows(1) == [rows[1], rows[3]])
  }
}
