/// The lead rule: no more copies are asked about a position once the leader leads by so many votes.
///
/// Copies count in order, from the first one: the vote is that of the shortest run of them whose leader leads by
/// ``DefenseSettings/lead`` votes, or that decides what all would say. So an answer is a function of the seed and
/// of what the copies predict, however many were asked at a time; the votes of those behind the run do not count.
///
/// Deviation: the paper lets every copy vote. The copies are exchangeable (their noise is drawn from one
/// distribution, independently), so given the counts of the full vote every order of its votes is as likely, and
/// how often the rule differs from it is a matter of counting orders, whatever the model and the prompt.
public enum LeadRule {
  /// What the rule does to votes of given counts, over all orders of the copies.
  public struct Expectation: Sendable, Hashable {
    /// The chance that it chooses another token than the full vote, in `0...1`.
    ///
    /// With counts that tie it is the chance to differ from whichever of the leaders breaks the tie.
    public var error: Double
    /// How many copies count, in the mean.
    public var copies: Double
  }

  /// What the rule does to a vote, exactly.
  ///
  /// It follows the votes one by one through all orders at once: the counts so far are all that matters, and
  /// candidates with equal counts are one another's stand-ins. Votes of a few candidates are quick at any k; the
  /// work grows with the product of the counts.
  ///
  /// ```swift
  /// LeadRule.expectation(counts: [6, 4], lead: 4).error  // 1 / 210
  /// ```
  ///
  /// - Precondition: The counts are positive, and there is one at least; the lead is 1 or more.
  /// - Parameters:
  ///   - counts: The full vote's counts, a candidate each, in any order; tokens that end an answer are one
  ///     candidate.
  ///   - lead: The rule's lead; one above half of the votes is the full vote.
  /// - Returns: The error and the mean number of copies.
  public static func expectation(counts: [Int], lead: Int) -> Expectation {
    precondition(
      !counts.isEmpty && counts.allSatisfy { $0 > 0 } && lead > 0,
      "votes need positive counts and a lead of 1 or more, not \(counts) and \(lead)")
    let totals = counts.sorted(by: >)
    let all = totals.reduce(0, +)
    var expectation = Expectation(error: 0, copies: 0)
    // The chance of each state that is still open, by how many votes each candidate has had.
    var states = [[Int](repeating: 0, count: totals.count): 1.0]
    for open in (0..<all).reversed() {
      var next: [[Int]: Double] = [:]
      for (votes, chance) in states {
        for candidate in totals.indices where votes[candidate] < totals[candidate] {
          let share = Double(totals[candidate] - votes[candidate]) / Double(open + 1)
          var (after, place) = (votes, candidate)
          after[place] += 1
          // Among equals the one that is ahead comes first.
          while place > 0, totals[place - 1] == totals[place], after[place - 1] < after[place] {
            after.swapAt(place - 1, place)
            place -= 1
          }
          let second = after.indices.reduce(0) { $1 == place ? $0 : max($0, after[$1]) }
          let gap = after[place] - second
          guard gap >= lead || gap > open || open == 0 else {
            next[after, default: 0] += chance * share
            continue
          }
          expectation.copies += chance * share * Double(all - open)
          if gap >= lead, gap <= open {
            expectation.error += chance * share * wrong(place, in: totals)
          }
        }
      }
      states = next
    }
    return expectation
  }

  /// The chance that the full vote chooses another candidate than one that reached the lead.
  private static func wrong(_ candidate: Int, in totals: [Int]) -> Double {
    let leaders = totals.prefix { $0 == totals[0] }.count
    return candidate < leaders ? 1 - 1 / Double(leaders) : 1
  }
}

extension Ballot {
  /// Counts the predictions of copies that were asked in order, as far as the lead rule lets them.
  ///
  /// `copies` is k; without a rule all predictions count.
  init(
    predictions: [TokenID], of copies: Int, lead: Int?,
    ends: @escaping (TokenID) -> Bool = { _ in false }
  ) {
    for count in 1...max(1, predictions.count) where lead != nil {
      let ballot = Ballot(predictions: Array(predictions.prefix(count)), ends: ends)
      let isDecided = ballot.isDecided(open: copies - count)
      guard isDecided || ballot.lead >= lead ?? .max else { continue }
      self = ballot
      // Where the others could not have changed anything the rule has changed nothing.
      stoppedAtLead = isDecided ? nil : lead
      return
    }
    self.init(predictions: predictions, ends: ends)
  }
}

extension LeadRule {
  /// What the rule makes of one vote of all copies.
  package struct Counterfactual: Sendable, Hashable {
    /// How many copies count.
    package let copies: Int
    /// Whether the rule stopped before the vote was decided.
    package let stopped: Bool
    /// Whether it chose another candidate than the full vote.
    package let differs: Bool
    private let counts: [Int]
    private let lead: Int

    /// Applies the rule to what the copies predict, in their order; `winner` is the full vote's token.
    package init(
      _ predictions: [TokenID], winner: TokenID, lead: Int, ends: @escaping (TokenID) -> Bool
    ) {
      let ballot = Ballot(
        predictions: predictions, of: predictions.count, lead: lead, ends: ends)
      copies = ballot.predictions.count
      stopped = ballot.stoppedAtLead != nil
      differs =
        stopped && !ballot.leaders.contains { $0 == winner || ends($0) && ends(winner) }
      counts = Ballot(predictions: predictions, ends: ends).candidates.map(\.count)
      self.lead = lead
    }

    /// What it does to such a vote over all orders of the copies, computed at each call; `nil` where that would
    /// be to follow more than 200,000 states of the counts, as where many copies scatter over many candidates.
    package var expectation: Expectation? {
      // Of m candidates with n votes each, any of which may be any other, there are C(n + m, m) states.
      let equals = Dictionary(grouping: counts) { $0 }
      let states = equals.reduce(1.0) { product, equal in
        equal.value.indices.reduce(product) { $0 * Double(equal.key + $1 + 1) / Double($1 + 1) }
      }
      return states > 200_000 ? nil : LeadRule.expectation(counts: counts, lead: lead)
    }
  }
}
