import RESTATesting
import Testing

@testable import RESTA

@Suite("The lead rule")
struct LeadRuleTests {
  /// A vote over all orders, by drawing orders: who wins, and how many copies count.
  private static func simulated(
    _ counts: [Int], lead: Int, orders: Int, _ generator: inout SeededGenerator
  ) -> (error: Double, copies: Double) {
    let votes = counts.enumerated().flatMap { [TokenID](repeating: TokenID($0), count: $1) }
    let full = Ballot(predictions: votes).leaders
    var (wrong, copies) = (0.0, 0)
    for _ in 0..<orders {
      let ballot = Ballot(
        predictions: generator.shuffled(votes), of: votes.count, lead: lead)
      copies += ballot.predictions.count
      // Whichever of several leaders breaks the tie: the first of them, as good as any.
      if ballot.stoppedAtLead != nil, ballot.leaders[0] != full[0] { wrong += 1 }
    }
    return (wrong / Double(orders), Double(copies) / Double(orders))
  }

  @Test(
    "differs from ten copies' full vote, at a lead of 4, as often as the method's bound says",
    arguments: [
      ([10], 0, 4.0), ([9, 1], 0, 4.8), ([8, 2], 0, 6.0), ([7, 3], 0, 7.3), ([6, 4], 0.0048, 8.9),
    ])
  func ten(counts: [Int], error: Double, copies: Double) {
    let expectation = LeadRule.expectation(counts: counts, lead: 4)
    #expect(abs(expectation.error - error) < 5e-5, "\(expectation)")
    #expect(abs(expectation.copies - copies) < 0.05, "\(expectation)")
  }

  @Test("is what drawn orders of the copies give, for two candidates and more")
  func orders() {
    var generator = SeededGenerator(seed: 41)
    for number in 0..<60 {
      let counts = (0..<generator.integer(in: 1...4)).map { _ in generator.integer(in: 1...6) }
      let lead = generator.integer(in: 1...5)
      let exact = LeadRule.expectation(counts: counts, lead: lead)
      let drawn = Self.simulated(counts, lead: lead, orders: 4_000, &generator)
      // Five standard deviations of a share of 4,000, and of a mean of what lies within k.
      let votes = Double(counts.reduce(0, +))
      #expect(abs(exact.error - drawn.error) < 0.04, "case \(number): \(counts), lead \(lead)")
      #expect(
        abs(exact.copies - drawn.copies) < 0.04 * votes, "case \(number): \(counts), lead \(lead)")
    }
  }

  @Test("counts every order of small votes")
  func everyOrder() {
    for (counts, lead) in [
      ([3, 2], 1), ([3, 2], 2), ([3, 3], 2), ([2, 2, 2], 2), ([4, 2, 1], 2),
    ] {
      let votes = counts.enumerated().flatMap { [TokenID](repeating: TokenID($0), count: $1) }
      var orders: Set<[TokenID]> = [[]]
      for _ in votes {
        orders = Set(
          orders.flatMap { order in
            counts.indices.filter { token in
              order.count { $0 == TokenID(token) } < counts[token]
            }.map { order + [TokenID($0)] }
          })
      }
      let ballots = orders.map { Ballot(predictions: $0, of: votes.count, lead: lead) }
      let wrong = ballots.count { $0.stoppedAtLead != nil && $0.leaders != [0] }
      let copies = ballots.reduce(0) { $0 + $1.predictions.count }
      let expectation = LeadRule.expectation(counts: counts, lead: lead)
      let n = Double(orders.count)
      #expect(abs(expectation.error - Double(wrong) / n) < 1e-12, "\(counts), lead \(lead)")
      #expect(abs(expectation.copies - Double(copies) / n) < 1e-12, "\(counts), lead \(lead)")
    }
  }

  @Test(
    "is at most the chance that some challenger is ever so far ahead of the winner",
    arguments: [16, 64])
  func challengers(votes: Int) {
    var generator = SeededGenerator(seed: 43)
    for _ in 0..<40 {
      var counts = [generator.integer(in: votes / 3...votes)]
      while counts.reduce(0, +) < votes, counts.count < 5 {
        counts.append(generator.integer(in: 1...(votes - counts.reduce(0, +))))
      }
      let lead = generator.integer(in: 1...8)
      let winner = counts.max() ?? 0
      var others = counts
      others.remove(at: counts.firstIndex(of: winner) ?? 0)
      // By reflection, of all orders of the two alone those in which the challenger once leads by so many.
      let bound = others.reduce(0.0) { sum, other in
        sum
          + (0..<lead).reduce(1.0) { $0 * Double(other - $1) / Double(winner + $1 + 1) }
      }
      let expectation = LeadRule.expectation(counts: counts, lead: lead)
      #expect(expectation.error <= bound + 1e-12, "\(counts), lead \(lead)")
      #expect(
        (0.999...Double(votes) + 0.001).contains(expectation.copies), "\(counts), lead \(lead)")
      if counts.count == 2, lead > winner - others[0], lead > others[0] {
        #expect(expectation.error == 0)
      }
    }
  }

  @Test("is the full vote where the lead is above half of the copies")
  func fullVote() {
    for k in 1...12 {
      for minority in 0...(k / 2) {
        let counts = [k - minority, minority].filter { $0 > 0 }
        #expect(LeadRule.expectation(counts: counts, lead: k / 2 + 1).error == 0)
      }
    }
  }

  @Test(
    "lets the first copies count whose leader leads by so many, or that decide",
    arguments: [
      ([1, 1, 1, 1, 2, 2], 10, 4, 4, 4), ([1, 1, 2, 1, 1, 1, 2], 10, 4, 6, 4),
      // What decides is no matter of the rule: it changes nothing.
      ([1, 1, 1, 1, 1, 1], 10, 6, 6, nil), ([1, 1, 1], 4, 2, 2, 2), ([1, 2, 1, 1], 4, 2, 4, nil),
      ([1, 2], 2, 1, 1, 1), ([1], 1, 1, 1, nil), ([1, 1, 2], 10, 4, 3, nil),
      // Tokens from 90 on end the answer, and are one candidate.
      ([90, 91, 90, 7], 10, 3, 3, 3), ([90, 7, 91, 91, 90, 91], 10, 4, 6, 4),
    ] as [([TokenID], Int, Int, Int, Int?)])
  func counted(predictions: [TokenID], copies: Int, lead: Int, count: Int, stopped: Int?) {
    let ballot = Ballot(predictions: predictions, of: copies, lead: lead) { $0 >= 90 }
    #expect(ballot.predictions == Array(predictions.prefix(count)))
    #expect(ballot.stoppedAtLead == stopped)
    let record = ballot.record(position: 0, token: ballot.leaders.first, tieBreak: nil)
    #expect(record.stoppedAtLead == stopped && record.asked == count)
  }

  @Test("says which copies count of many that scatter, and nothing of their orders")
  func scattered() throws {
    func outcome(_ counts: [Int], lead: Int) -> LeadRule.Counterfactual {
      let votes = counts.enumerated().flatMap { [TokenID](repeating: TokenID($0), count: $1) }
      return LeadRule.Counterfactual(votes, winner: 0, lead: lead, ends: { _ in false })
    }
    let many = outcome([19, 9, 8, 7, 6, 5, 4, 3, 2, 1], lead: 65)
    #expect(many.copies == 55 && !many.stopped && !many.differs)
    #expect(many.expectation == nil)
    // Candidates with equal counts are few states, and so are few candidates.
    let ones = outcome([Int](repeating: 1, count: 64), lead: 65)
    #expect(ones.copies == 64)
    let expected = try #require(ones.expectation)
    #expect(abs(expected.copies - 64) < 1e-9)
    let two = outcome([40, 24], lead: 4)
    #expect(two.expectation == LeadRule.expectation(counts: [40, 24], lead: 4))
  }

  @Test("gives the same whatever is asked beyond, and in waves of any size")
  func waves() {
    var generator = SeededGenerator(seed: 44)
    var stopped = 0
    for number in 0..<2_000 {
      let copies = generator.integer(in: 1...16)
      let votes = (0..<copies).map { _ in
        TokenID(generator.chance(0.6) ? 1 : generator.integer(in: 2...4))
      }
      let lead = generator.integer(in: 1...6)
      let ends: @Sendable (TokenID) -> Bool = { $0 >= 3 }
      let whole = Ballot(predictions: votes, of: copies, lead: lead, ends: ends)
      if whole.stoppedAtLead != nil { stopped += 1 }
      let asked = generator.integer(in: whole.predictions.count...copies)
      let part = Ballot(
        predictions: Array(votes.prefix(asked)), of: copies, lead: lead, ends: ends)
      let place: Comment = "case \(number): \(votes), lead \(lead), asked \(asked)"
      #expect(part.predictions == whole.predictions, place)
      #expect(part.stoppedAtLead == whole.stoppedAtLead, place)
      // Asking fewer leaves it open.
      var round = Round(copies: copies, positions: 1, lead: lead, rowPositions: 0, ends: ends)
      for (copy, vote) in votes.enumerated() {
        #expect(round.isDecided(0) == (copy >= whole.predictions.count), place)
        round.note(.init(token: vote, row: nil), at: .init(copy: copy, position: 0))
      }
    }
    #expect(stopped >= 400)
  }
}
