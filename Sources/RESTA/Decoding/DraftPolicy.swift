/// Decides how far to draft and how many copies to ask first, by cost and by what happened so far.
///
/// Deterministic: the same votes lead to the same passes, so a seed repeats an answer's cost too.
struct DraftPolicy {
  struct Choice: Equatable {
    var draft: Int
    var wave: Int
  }

  /// More drafts than this are never worth the wait for the first of them.
  private static let longestDraft = 64
  /// How many positions behind it double the time that a sequence's next one takes.
  ///
  /// Attention looks at all of them. About as measured on SmolLM2-135M; larger models take more of them.
  private static let doublingLength = 2_000.0

  private let plan: DecodingPlan
  private let costs: PassCosts
  private let copies: Int
  private let lead: Int?
  /// The fewest copies that can end a vote, when they agree: a majority, or as many as the lead rule wants.
  private let fewest: Int
  // Beliefs start as if a few votes had been seen: most drafts right, few votes close.
  private var drafts = (tried: 5.0, accepted: 4.5)
  private var seen = 5.0
  /// How often the first so many copies left a vote open, from the fewest on.
  private var open: [Double]

  init(plan: DecodingPlan, costs: PassCosts, copies: Int, lead: Int? = nil) {
    self.plan = plan
    self.costs = costs
    self.copies = copies
    self.lead = lead
    fewest = min(copies / 2 + 1, lead ?? .max)
    // One dissenter opens the vote of the fewest; each copy more allows for one more of them, of two under the
    // lead rule.
    open = (0...copies - fewest).map { 1.2 / Double(1 + $0 * $0 * 2) }
    open[copies - fewest] = 0
  }

  /// Learns whether a drafted token was chosen.
  mutating func noteDraft(accepted: Bool) {
    drafts.tried += 1
    if accepted { drafts.accepted += 1 }
  }

  /// Learns how the copies voted on a position, and so how many it would have taken.
  mutating func noteVote(_ predictions: [TokenID]) {
    seen += 1
    for asked in fewest..<max(fewest, copies) where asked <= predictions.count {
      let ballot = Ballot(predictions: Array(predictions.prefix(asked)))
      if ballot.lead <= copies - asked, ballot.lead < lead ?? .max { open[asked - fewest] += 1 }
    }
  }

  /// Chooses what costs least for each token that it is expected to give; for an answer's first token,
  /// if the plan says so, what gives it soonest.
  ///
  /// `clean` is what the unperturbed sequence has to take only if it drafts, and `held` how long the
  /// sequences are.
  func choose(
    positions: Int, missing: [Int], needsAll: Bool, clean: Int = 0, held: Int = 0,
    isFirst: Bool = false
  ) -> Choice {
    let isUrgent = isFirst && plan.favours == .firstToken
    var waves = fewest...copies
    if case .fixed(let count) = plan.firstWave { waves = min(count, copies)...min(count, copies) }
    if needsAll { waves = copies...copies }
    let lengths: ClosedRange<Int>
    switch plan.draft {
    case .fixed(let count): lengths = min(count, positions - 1)...min(count, positions - 1)
    case .adaptive: lengths = 0...(isUrgent ? 0 : min(positions - 1, Self.longestDraft))
    }
    // Later votes, for which a copy's prompt might be taken along, are not looked at then.
    let spared = (0..<copies).map { neverOpen($0, votes: isUrgent ? 0 : positions) }
    // Once for each sequence of a pass, however many positions it takes: a reason for few long rounds.
    let attention = costs.seconds(positions: 1) * Double(held) / Self.doublingLength
    var best = Choice(draft: lengths.lowerBound, wave: waves.lowerBound)
    var least = Double.infinity
    for wave in waves {
      for draft in lengths {
        let choice = Choice(draft: draft, wave: wave)
        let cost =
          (cost(choice, missing, clean: clean, spared: spared)
            + Double(draft + wave) * attention) / expectedTokens(draft)
        if cost < least { (best, least) = (choice, cost) }
      }
    }
    return best
  }

  /// How many of the remaining copies to ask about a position that the first ones left open.
  ///
  /// The leader is so many votes ahead.
  func nextWave(ahead: Int, missing: [Int]) -> Int {
    // If they all vote for the leader, so many decide it, or bring it to the rule's lead.
    // At least one: those that were asked out of turn are neither missing nor in the lead yet.
    let least = max(1, min((missing.count - ahead) / 2 + 1, lead.map { $0 - ahead } ?? .max))
    guard least < missing.count, case .adaptive = plan.firstWave else { return missing.count }
    let few = costs.seconds(positions: missing.prefix(least).reduce(0, +))
    let all = costs.seconds(positions: missing.reduce(0, +))
    let rest = costs.seconds(positions: missing.dropFirst(least).reduce(0, +))
    // A vote that was close once is a coin toss the next time.
    return few + rest / 2 < all ? least : missing.count
  }

  /// What a choice costs, without what every choice has to pay sooner or later.
  ///
  /// That is the prompt of a copy which the rest of the window needs anyway: of one that is asked now, what
  /// counts is the chance that it could have been spared; one that is asked because a vote is open is needed.
  private func cost(
    _ choice: Choice, _ missing: [Int], clean: Int, spared: [Double]
  ) -> Double {
    let votes = 1 + choice.draft
    let own = (0..<choice.wave).reduce(0.0) { $0 + Double(missing[$1] - 1) * spared[$1] }
    // The first draft takes the last voted token along with the one before it.
    let later = Double(choice.draft - 1) * costs.seconds(positions: 1)
    let narrow = choice.draft == 0 ? 0 : costs.seconds(positions: 2 + clean) + later
    let first = costs.seconds(positions: Int(own.rounded()) + choice.wave * votes)
    guard choice.wave < copies else { return narrow + first }
    // The chance that some position is left open, and one or two more copies have to be asked.
    let counted = Int(expectedTokens(choice.draft).rounded(.up))
    let again = 1 - neverOpen(choice.wave, votes: counted)
    return narrow + first
      + again * costs.seconds(positions: min(2, copies - choice.wave) * votes)
  }

  /// The chance that the first so many copies leave none of the next votes open, so that the prompt of the
  /// one behind them is spared; none, where they are too few to end a vote.
  ///
  /// How often they do is not known, only believed (a beta distribution). Each vote that they end makes the
  /// next more likely to end, so a whole window is far likelier than that many independent votes.
  private func neverOpen(_ asked: Int, votes: Int) -> Double {
    guard asked >= fewest else { return 0 }
    let ended = seen - open[asked - fewest]
    return (0..<votes).reduce(1) { $0 * (ended + Double($1)) / (seen + Double($1)) }
  }

  /// The votes that count when so many tokens are drafted: one, and one for each draft that was accepted
  /// with all before it.
  private func expectedTokens(_ draft: Int) -> Double {
    var (sum, run) = (1.0, 1.0)
    for number in 0..<draft {
      run *= (drafts.accepted + Double(number)) / (drafts.tried + Double(number))
      sum += run
    }
    return sum
  }
}
