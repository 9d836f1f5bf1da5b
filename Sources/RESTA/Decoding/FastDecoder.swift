/// RESTA for a fraction of the cost: the same tokens, winners of votes, ties and stop reason as
/// ``ReferenceDecoder``, as long as the copies predict the same.
///
/// Counts and margins are of the copies that were asked, which may depend on what passes cost here; under the
/// lead rule they are of those that count, which does not. A copy whose logits are not finite is an error only
/// if it is asked.
///
/// *Prefix sharing*: what lies in front of the first perturbed position is computed once.
/// *Decided votes*: copies are asked in waves, until those that were not asked cannot matter, or the lead
/// rule asks no more.
/// *Lookahead*: the unperturbed sequence is needed anyway, so it drafts tokens, and the copies vote
/// on all of them in one pass; votes behind the first one that differs from its draft do not count.
struct FastDecoder: TokenDecoder {
  private let job: DecodingJob
  /// For how many positions of a round logits are kept.
  private let rowPositions: Int
  private var sequences: SharedSequences
  private var policy: DraftPolicy
  private(set) var window: SmoothingWindow
  /// y_1..y_t.
  private var generated: [TokenID] = []
  /// Votes that were taken ahead, first of them the next one.
  private var decided: ArraySlice<Decision> = []

  /// At most `rowLimit` logits are kept at once, or those of one position.
  init(
    job: DecodingJob, costs: PassCosts, sequences: Sequences, rowLimit: Int = 1 << 24
  ) {
    self.job = job
    self.sequences = SharedSequences(sequences, of: job)
    let copies = max(1, job.sequences - 1)
    rowPositions = max(1, rowLimit / (copies * max(1, job.vocabularySize)))
    policy = DraftPolicy(
      plan: job.settings.plan ?? .fast, costs: costs, copies: copies, lead: job.defense.lead)
    window = job.window
  }

  mutating func next() async throws -> Decision {
    if let decision = decided.first { return decision }
    guard window.contains(generated.count) else {
      if window.isOver(at: generated.count, of: job.maximumTokens) {
        try await sequences.releaseCopies()
      }
      return try await sample()
    }
    let limit = window.remaining(
      at: generated.count, limit: job.maximumTokens - generated.count)
    // An answer that ends inside of the window needs the unperturbed prompt for drafts only.
    let isWhole = generated.count + limit == job.maximumTokens
    decided = try await vote(
      limit: limit, clean: isWhole ? sequences.missingPrompt : 0)[...]
    guard let decision = decided.first else {
      throw RESTAError(.engineFailed, "A vote was taken without a result.")
    }
    return decision
  }

  mutating func append(_ token: TokenID, bytes: [UInt8]) {
    window.note(bytes, at: generated.count)
    generated.append(token)
    decided = decided.dropFirst()
  }

  mutating func probe(behind header: [TokenID]) async throws -> [VoteRecord] {
    let answer = generated
    generated += header
    var decisions: [Decision] = []
    while decisions.count < job.defense.checkpointTokens {
      let round = try await vote(limit: job.defense.checkpointTokens - decisions.count, clean: 0)
      decisions += round
      guard let token = round.last?.token, !job.ends(token) else { break }
      generated += round.compactMap(\.token)
    }
    generated = answer
    try await sequences.rollBack(to: job.prompt.count + answer.count)
    return decisions.compactMap(\.vote)
  }

  /// Step 3: ordinary decoding of (x, y_1..y_{t-1}).
  private mutating func sample() async throws -> Decision {
    let (sampler, position) = (job.sampler, generated.count)
    let listed = job.options.logProbabilities
    return try await sequences.feedClean(generated) { logits in
      let token = TokenID(try sampler.sample(logits: logits, position: position))
      guard let listed else { return Decision(token: token) }
      return Decision(
        token: token,
        logProbabilities: try TokenLogProbabilities(of: token, in: logits, listing: listed))
    }
  }

  private mutating func draft(_ count: Int) async throws -> [TokenID] {
    var drafts: [TokenID] = []
    while drafts.count < count, !ends(drafts) {
      drafts.append(try await sequences.predictClean(after: generated + drafts))
    }
    return drafts
  }

  /// Whether an answer is complete with its last token.
  private func ends(_ drafts: [TokenID]) -> Bool {
    drafts.last.map(job.ends) ?? false
  }

  /// Step 2, for as many positions, up to a limit, as one round of drafting and voting gives; drafts cost so
  /// many positions of the unperturbed prompt besides.
  ///
  /// At least one decision; one that ends the answer is the last.
  private mutating func vote(limit: Int, clean: Int) async throws -> [Decision] {
    let choice = policy.choose(
      positions: limit, missing: sequences.missing(behind: generated.count), needsAll: needsAll,
      clean: clean, held: job.prompt.count + generated.count,
      isFirst: generated.isEmpty)
    let drafts = try await draft(min(choice.draft, needsAll ? rowPositions - 1 : .max))
    try await sequences.preparePrefix()
    // Behind a drafted end of the answer, and behind the last draft's vote, there is nothing to ask.
    let positions = min(limit, ends(drafts) ? drafts.count : drafts.count + 1)
    var round = Round(
      copies: job.defense.samples, positions: positions, needsAll: needsAll,
      lead: job.defense.lead, rowPositions: needsRows ? rowPositions : 0, ends: job.ends)
    var decisions: [Decision] = []
    var ahead = window
    for position in 0..<positions {
      try await settle(position, drafts: drafts, firstWave: choice.wave, &round)
      let ballot = round.ballot(position)
      // A tie whose logits were not kept is the first vote of the next round, which keeps them.
      if needsRows, position >= rowPositions, ballot.leaders.count > 1 { break }
      policy.noteVote(ballot.predictions)
      var decision = try await ballot.decide(
        at: generated.count + position, by: job.defense, rows: round.rows(position)
      ) { try await unperturbedToken(position, drafts) }
      if job.defense.checkpointEnds, window.isCheckpoint(generated.count + position) {
        let clean = try await unperturbedToken(position, drafts)
        decision.compare(with: clean, ends: job.ends)
      }
      decisions.append(decision)
      guard position < drafts.count, !decision.endsAtCheckpoint else { break }
      policy.noteDraft(accepted: decision.token == drafts[position])
      if decision.token != drafts[position] { break }
      ahead.note(job.tokenizer.bytes(of: drafts[position]), at: generated.count + position)
      // What opens the window again ends a checkpoint: behind it other positions are voted on.
      if ahead.start != window.start { break }
    }
    try await sequences.rollBack(to: job.prompt.count + generated.count + decisions.count - 1)
    return decisions
  }

  /// What the unperturbed model predicts at a position of a round whose drafts were chosen so far.
  private mutating func unperturbedToken(
    _ position: Int, _ drafts: [TokenID]
  ) async throws -> TokenID {
    if position < drafts.count { return drafts[position] }
    return try await sequences.predictClean(after: generated + drafts.prefix(position))
  }

  /// Whether every copy counts for the token, not only for the majority.
  private var needsAll: Bool { job.defense.aggregator != .majorityVote }

  /// Whether logits can matter for a vote: those of all copies, or those of a tie.
  private var needsRows: Bool { needsAll || job.defense.tieRule.mayScore }

  /// Asks copies until a position is decided, or all were asked.
  private mutating func settle(
    _ position: Int, drafts: [TokenID], firstWave: Int, _ round: inout Round
  ) async throws {
    while !round.isDecided(position) {
      let unasked = round.unasked(position)
      guard !unasked.isEmpty else { return }
      let isFirst = unasked.count == job.defense.samples
      let ballot = round.ballot(position)
      let missing = sequences.missing(behind: generated.count + position)
      let count =
        isFirst
        ? firstWave : policy.nextWave(ahead: ballot.lead, missing: unasked.map { missing[$0] })
      // When the draft is about to be outvoted, what follows it is of no use.
      let isLikely = isFirst || position < drafts.count && ballot.leaders == [drafts[position]]
      try await sequences.ask(
        Array(unasked.prefix(count)), about: position...(isLikely ? round.count - 1 : position),
        behind: generated, drafts: drafts, in: &round)
    }
  }
}
