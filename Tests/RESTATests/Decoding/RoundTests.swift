import RESTATesting
import Testing

@testable import RESTA

@Suite("Votes as they come in")
struct RoundTests {
  /// A round of one position in which some copies voted.
  private static func round(
    _ votes: [TokenID?], needsAll: Bool = false, rowPositions: Int = 1
  ) -> Round {
    var round = Round(
      copies: votes.count, positions: 1, needsAll: needsAll, rowPositions: rowPositions)
    for (copy, vote) in votes.enumerated() {
      guard let vote else { continue }
      round.note(.init(token: vote, row: nil), at: .init(copy: copy, position: 0))
    }
    return round
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
      let round = Self.round(votes)
      #expect(round.isDecided(0) == isCertain, "\(votes)")
      #expect(round.unasked(0) == votes.indices.filter { votes[$0] == nil })
      #expect(round.ballot(0).predictions == votes.compactMap { $0 })
      seen[isCertain, default: 0] += 1
    }
    #expect(seen.values.allSatisfy { $0 >= 100 }, "\(seen)")
  }

  @Test("keep logits only as long as there may be a tie, and of the first positions")
  func rows() {
    #expect(!Self.round([1, 1, 1, nil]).keepsRow(0))
    #expect(Self.round([1, nil, nil, nil]).keepsRow(0))
    #expect(Self.round([1, 2, 1, nil]).keepsRow(0))
    #expect(!Self.round([1, nil, nil, nil], rowPositions: 0).keepsRow(0))
    #expect(Self.round([1, 1, 1, nil], needsAll: true).keepsRow(0))
    let round = Round(copies: 4, positions: 3, rowPositions: 2)
    #expect((0..<3).map { round.keepsRow($0) } == [true, true, false])
  }

  @Test("for an aggregator that needs all logits wait for all copies")
  func all() {
    #expect(!Self.round([1, 1, 1, nil], needsAll: true).isDecided(0))
    #expect(Self.round([1, 2, 1, 1], needsAll: true).isDecided(0))
  }

  @Test("are of several copies and positions, in whatever order they come")
  func severalRows() {
    var round = Round(copies: 2, positions: 2, rowPositions: 2)
    for (copy, position, token) in [(1, 1, 2), (0, 0, 1), (1, 0, 1), (0, 1, 0)] {
      let row = (0..<3).map { $0 == token ? Float(copy + 1) : 0 }
      round.note(
        .init(token: TokenID(token), row: row), at: .init(copy: copy, position: position))
    }
    #expect(round.ballot(0).predictions == [1, 1])
    #expect(round.ballot(1).predictions == [0, 2])
    #expect(round.isDecided(0) && !round.isDecided(1))
    #expect(round.rows(1) == [[1, 0, 0], [0, 0, 2]])
  }
}
