/// The predictions of the copies for one position, and the majority vote over them.
///
/// Step 2 of RESTA: v_i = argmax f(e~^i, y_1..y_{t-1}), y_t = majority(v_1..v_k).
///
/// Deviation: the paper is silent on models with several end-of-generation tokens. They all mean that
/// the answer is complete, so they are one candidate: their votes add up, and the most voted of them,
/// of equal ones the lowest id, stands for all.
struct Ballot {
  /// v_i, one for each copy that counts.
  let predictions: [TokenID]
  /// The votes, most first, equal ones by token id.
  let counts: [VoteRecord.Count]
  /// The candidates: as ``counts``, with the tokens that end an answer as one.
  let candidates: [VoteRecord.Count]
  /// What stands for the tokens that end an answer, and by how many votes it leads the next of them.
  private let endingToken: TokenID?
  private let leadOfEnds: Int
  private let ends: (TokenID) -> Bool
  /// The lead at which the lead rule ended the vote; `nil` where the others could not have mattered.
  var stoppedAtLead: Int?

  init(predictions: [TokenID], ends: @escaping (TokenID) -> Bool = { _ in false }) {
    self.predictions = predictions
    self.ends = ends
    var votes: [TokenID: Int] = [:]
    for token in predictions { votes[token, default: 0] += 1 }
    counts = Self.sorted(votes.map { VoteRecord.Count(tokenID: $0.key, count: $0.value) })
    let endings = counts.filter { ends($0.tokenID) }
    guard let first = endings.first else {
      (candidates, endingToken, leadOfEnds) = (counts, nil, 0)
      return
    }
    leadOfEnds = first.count - (endings.dropFirst().first?.count ?? 0)
    let together = VoteRecord.Count(
      tokenID: first.tokenID, count: endings.reduce(0) { $0 + $1.count })
    candidates = Self.sorted(counts.filter { !ends($0.tokenID) } + [together])
    endingToken = first.tokenID
  }

  private static func sorted(_ counts: [VoteRecord.Count]) -> [VoteRecord.Count] {
    counts.sorted { ($1.count, $0.tokenID) < ($0.count, $1.tokenID) }
  }

  /// The candidates that share the most votes, ascending.
  var leaders: [TokenID] {
    candidates.prefix { $0.count == candidates.first?.count }.map(\.tokenID)
  }

  /// By how many votes the leader leads; 0 in a tie, and when nobody was asked.
  var lead: Int {
    (candidates.first?.count ?? 0) - (candidates.dropFirst().first?.count ?? 0)
  }

  /// Whether so many more votes can neither change the token nor make a tie.
  func isDecided(open: Int) -> Bool {
    guard lead > open else { return false }
    return candidates.first?.tokenID != endingToken || leadOfEnds > open
  }

  /// The majority, or what breaks a tie; `nil` when the vote abstains.
  ///
  /// `logProbability` is the sum over all copies, up to a constant that is the same for all tokens; it
  /// is asked for the leaders of a tie only.
  func winner(
    rule: TieRule, unperturbed: TokenID?, logProbability: (TokenID) throws -> Double
  ) rethrows -> (token: TokenID?, tieBreak: TieBreak?) {
    let leaders = leaders
    guard leaders.count > 1, let lowest = leaders.first else { return (leaders.first, nil) }
    switch rule {
    case .abstain:
      return (nil, .abstained)
    case .tokenID:
      return (lowest, .tokenID)
    case .unperturbed:
      let leader = leaders.first { $0 == unperturbed || ends($0) && unperturbed.map(ends) == true }
      if let leader { return (leader, .unperturbed) }
      return try byLogProbability(leaders, logProbability)
    case .logProbability:
      return try byLogProbability(leaders, logProbability)
    }
  }

  private func byLogProbability(
    _ leaders: [TokenID], _ logProbability: (TokenID) throws -> Double
  ) rethrows -> (TokenID?, TieBreak?) {
    let scored = try leaders.map { (token: $0, score: try logProbability($0)) }
    let best = scored.map(\.score).max()
    let winners = scored.filter { $0.score == best }.map(\.token)
    return (winners.first, winners.count == 1 ? .logProbability : .tokenID)
  }

  /// Decides what follows an answer of `position` tokens: the token, and the record of the vote.
  func decide(
    at position: Int, by defense: DefenseSettings, rows: [[Float]],
    unperturbed: () async throws -> TokenID
  ) async throws -> Decision {
    if let scores = try defense.aggregator.scores(of: rows) {
      let token = TokenID(try Logits.argmax(scores))
      return Decision(
        token: token, vote: record(position: position, token: token, tieBreak: nil))
    }
    var clean: TokenID?
    if defense.tieRule == .unperturbed, leaders.count > 1 { clean = try await unperturbed() }
    let (token, tieBreak) = winner(rule: defense.tieRule, unperturbed: clean) { token in
      // The sum of logits orders tokens as the sum of log-probabilities does, since the normaliser
      // of a copy is the same for every token; without it, equal sums stay exactly equal.
      rows.reduce(0) { $0 + Double($1[Int(token)]) }
    }
    return Decision(
      token: token, vote: record(position: position, token: token, tieBreak: tieBreak))
  }

  /// What the trace says about this ballot.
  func record(position: Int, token: TokenID?, tieBreak: TieBreak?) -> VoteRecord {
    let candidate = token.map { ends($0) ? endingToken ?? $0 : $0 }
    let own = candidates.first { $0.tokenID == candidate }?.count ?? 0
    let other = candidates.first { $0.tokenID != candidate }?.count ?? 0
    return VoteRecord(
      position: position, tokenID: token, counts: counts, asked: predictions.count,
      margin: token == nil ? 0 : own - other, tieBreak: tieBreak, stoppedAtLead: stoppedAtLead)
  }
}

/// How the copies' predictions become one token.
public enum Aggregator: String, Sendable, Hashable, Codable, CaseIterable {
  /// The token that most copies predict: the method.
  case majorityVote = "majority-vote"
  /// The argmax of the mean of the copies' probabilities.
  case meanProbability = "mean-probability"
  /// The argmax of the mean of the copies' logits.
  case meanLogit = "mean-logit"
  /// The argmax of each token's median logit over the copies.
  case medianLogit = "median-logit"

  /// The combined score of every token, `[vocabulary]`; `nil` for the majority vote, which has none.
  func scores(of rows: [[Float]]) throws(RESTAError) -> [Float]? {
    switch self {
    case .majorityVote:
      return nil
    case .meanLogit:
      return Self.mean(of: rows)
    case .meanProbability:
      var sums = [Double](repeating: 0, count: rows.first?.count ?? 0)
      for row in rows {
        for (token, value) in try Logits.logSoftmax(row).enumerated() {
          sums[token] += ElementaryFunctions.exponential(value)
        }
      }
      return sums.map { Float($0 / Double(rows.count)) }
    case .medianLogit:
      return (rows.first ?? []).indices.map { token in
        Self.median(of: rows.map { $0[token] })
      }
    }
  }

  private static func mean(of rows: [[Float]]) -> [Float] {
    (rows.first ?? []).indices.map { token in
      Float(rows.reduce(0) { $0 + Double($1[token]) } / Double(rows.count))
    }
  }

  /// The middle value, or the mean of the two in the middle.
  private static func median(of values: [Float]) -> Float {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    return Float((Double(sorted[middle - 1]) + Double(sorted[middle])) / 2)
  }
}
