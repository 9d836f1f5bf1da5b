/// Decides how far to draft and how many copies to ask first, by cost and by what happened so far.
///
/// Deterministic: the same votes lead to the same passes, so a seed repeats an answer's cost too.
struct PassPlanner {
  /// What to do next.
  struct Choice: Equatable {
    /// Tokens to draft.
    var draft: Int
    /// Copies to ask first.
    var wave: Int
  }

  /// More drafts than this are never worth the wait for the first of them.
  private static let longestDraft = 64

  private let plan: DecodingPlan
  private let costs: PassCosts
  private let copies: Int
  /// The fewest copies that can decide a vote, when they agree.
  let majority: Int
  // Beliefs start as if a few votes had been seen: most drafts right, few votes close.
  private var drafts = (tried: 5.0, accepted: 4.5)
  private var votes = (seen: 10.0, undecided: 0.5)

  /// - Parameters:
  ///   - plan: What is allowed.
  ///   - costs: What passes cost.
  ///   - copies: k.
  init(plan: DecodingPlan, costs: PassCosts, copies: Int) {
    self.plan = plan
    self.costs = costs
    self.copies = copies
    majority = copies / 2 + 1
  }

  /// Learns whether a drafted token was chosen.
  mutating func noteDraft(accepted: Bool) {
    drafts.tried += 1
    if accepted { drafts.accepted += 1 }
  }

  /// Learns whether a majority's votes decided a position.
  mutating func noteVote(decidedByMajority: Bool) {
    votes.seen += 1
    if !decidedByMajority { votes.undecided += 1 }
  }

  /// Chooses what costs least for each token that it is expected to give.
  ///
  /// - Parameters:
  ///   - positions: How many positions can still be voted on, at least 1.
  ///   - missing: For each copy, the positions that it has to take before it can vote on the next one.
  ///   - needsAll: Whether every copy has to be asked anyway.
  func choose(positions: Int, missing: [Int], needsAll: Bool) -> Choice {
    let waves: [Int]
    switch plan.firstWave {
    case _ where needsAll: waves = [copies]
    case .fixed(let count): waves = [min(count, copies)]
    case .adaptive:
      // Those that can decide, those that are up to date already, and all.
      let least = missing.min() ?? 0
      let ready = missing.prefix { $0 == least }.count
      waves = [majority, max(majority, ready), copies]
    }
    let lengths: ClosedRange<Int>
    switch plan.draft {
    case .fixed(let count): lengths = min(count, positions - 1)...min(count, positions - 1)
    case .adaptive: lengths = 0...min(positions - 1, Self.longestDraft)
    }
    var best = (choice: Choice(draft: lengths.lowerBound, wave: waves[0]), cost: Double.infinity)
    for wave in waves {
      for draft in lengths {
        let choice = Choice(draft: draft, wave: wave)
        let cost = cost(choice, missing) / expectedTokens(draft)
        if cost < best.cost { best = (choice, cost) }
      }
    }
    return best.choice
  }

  /// How many of the remaining copies to ask about a position that the first ones left open.
  ///
  /// - Parameters:
  ///   - lead: By how many votes its leader leads.
  ///   - missing: For each copy that was not asked, the positions that it has to take.
  func nextWave(lead: Int, missing: [Int]) -> Int {
    // If they all vote for the leader, so many decide it.
    let least = (missing.count - lead) / 2 + 1
    guard least < missing.count, case .adaptive = plan.firstWave else { return missing.count }
    let few = costs.seconds(positions: missing.prefix(least).reduce(0, +))
    let all = costs.seconds(positions: missing.reduce(0, +))
    let rest = costs.seconds(positions: missing.dropFirst(least).reduce(0, +))
    // A vote that was close once is a coin toss the next time.
    return few + rest / 2 < all ? least : missing.count
  }

  private func cost(_ choice: Choice, _ missing: [Int]) -> Double {
    func width(_ copies: Range<Int>) -> Int {
      missing[copies].reduce(0) { $0 + $1 + choice.draft }
    }
    let narrow = Double(choice.draft) * costs.seconds(positions: 1)
    // What every choice has to pay for catching up is nobody's fault.
    let sunk = costs.seconds(
      positions: missing.prefix(majority).reduce(0) { $0 + $1 - 1 })
    let first = costs.seconds(positions: width(0..<choice.wave)) - sunk
    guard choice.wave < copies else { return narrow + first }
    // The chance that some position is left open; less, the more copies were asked beyond a majority.
    let open =
      votes.undecided / votes.seen * Double(copies - choice.wave) / Double(copies - majority)
    let closed = ElementaryFunctions.logarithm(1 - min(open, 0.99))
    let again = 1 - ElementaryFunctions.exponential(expectedTokens(choice.draft) * closed)
    return narrow + first + again * costs.seconds(positions: width(choice.wave..<copies))
  }

  /// The votes that count when so many tokens are drafted: one, and one for each accepted draft.
  private func expectedTokens(_ draft: Int) -> Double {
    let accepted = drafts.accepted / drafts.tried
    var (sum, chance) = (0.0, 1.0)
    for _ in 0...draft {
      sum += chance
      chance *= accepted
    }
    return sum
  }
}
