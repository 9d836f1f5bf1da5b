/// RESTA for a fraction of the cost: the same tokens, votes and stop reason as ``ReferenceDecoder``,
/// as long as the copies predict the same.
///
/// *Prefix sharing*: what lies in front of the first perturbed position is computed once.
/// *Decided votes*: copies are asked in waves, until those that were not asked cannot matter.
/// *Lookahead*: the unperturbed sequence is needed anyway, so it drafts tokens, and the copies vote
/// on all of them in one pass; votes behind the first one that differs from its draft do not count.
struct FastDecoder: TokenDecoder {
  private let job: DecodingJob
  private let tokenizer: any Tokenizer
  private let stopwatch: Stopwatch
  private var sequences: DecoderSequences
  private var planner: PassPlanner
  private var window: SmoothingWindow
  /// y_1..y_t.
  private var generated: [TokenID] = []
  /// Votes that were taken ahead, first of them the next one.
  private var decided: ArraySlice<Decision> = []

  /// - Parameters:
  ///   - job: The request; its settings hold a plan.
  ///   - costs: What passes cost.
  ///   - reservation: `job.sequences` empty sequences.
  ///   - stopwatch: Started when the generation was.
  ///   - tokenizer: Knows the tokens that end an answer.
  init(
    job: DecodingJob, costs: PassCosts, reservation: any SequenceReservation, stopwatch: Stopwatch,
    tokenizer: any Tokenizer
  ) {
    self.job = job
    self.tokenizer = tokenizer
    self.stopwatch = stopwatch
    sequences = DecoderSequences(job: job, reservation: reservation, stopwatch: stopwatch)
    let plan = job.settings.plan ?? .fast
    planner = PassPlanner(plan: plan, costs: costs, copies: max(1, job.sequences - 1))
    window = SmoothingWindow(job.defense)
  }

  var totals: GenerationTotals { sequences.totals }

  mutating func next() async throws -> Decision {
    if let decision = decided.first { return decision }
    guard window.contains(generated.count) else {
      if window.isOver(at: generated.count) { try await sequences.releaseCopies() }
      return try await sample()
    }
    decided = try await vote()[...]
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
    drafts.last.map { job.ends($0, tokenizer) } ?? false
  }

  /// Step 2, for as many positions as one round of drafting and voting gives.
  ///
  /// - Returns: At least one decision; a vote that abstained is the last one.
  private mutating func vote() async throws -> [Decision] {
    let limit = window.remaining(
      at: generated.count, limit: job.maximumTokens - generated.count)
    try await sequences.preparePrefix()
    let choice = planner.choose(
      positions: limit, missing: sequences.missing(behind: generated.count),
      needsAll: job.defense.aggregator != .majorityVote)
    let drafts = try await draft(min(choice.draft, draftLimit))
    // Behind a drafted end of the answer, and behind the last draft's vote, there is nothing to ask.
    let positions = min(limit, ends(drafts) ? drafts.count : drafts.count + 1)
    let run = VotingRun(copies: job.defense.samples, positions: positions, retention: retention)
    let collector = VoteCollector(run, stopwatch: stopwatch)
    var decisions: [Decision] = []
    for position in 0..<positions {
      try await settle(position, drafts: drafts, firstWave: choice.wave, collector)
      let run = collector.run
      planner.noteVote(run.ballot(position).predictions)
      let decision = try await decide(position, drafts: drafts, run)
      decisions.append(decision)
      guard position < drafts.count else { break }
      planner.noteDraft(accepted: decision.token == drafts[position])
      if decision.token != drafts[position] { break }
    }
    sequences.noteBookkeeping(seconds: collector.readSeconds)
    try await sequences.rollBack(to: job.prompt.count + generated.count + decisions.count - 1)
    return decisions
  }

  /// Rows of logits are kept for other aggregators, and a long draft has many.
  private var draftLimit: Int {
    guard job.defense.aggregator != .majorityVote else { return .max }
    let values = job.defense.samples * max(1, job.vocabularySize)
    return max(0, (1 << 24) / values - 1)
  }

  private var retention: VotingRun.Retention {
    guard job.defense.aggregator == .majorityVote else { return .all }
    switch job.defense.tieRule {
    case .logProbability, .unperturbed: return .undecided
    case .tokenID, .abstain: return .none
    }
  }

  /// Asks copies until a position is decided, or all were asked.
  private mutating func settle(
    _ position: Int, drafts: [TokenID], firstWave: Int, _ collector: VoteCollector
  ) async throws {
    var run = collector.run
    while !run.isDecided(position) {
      let unasked = run.unasked(position)
      guard !unasked.isEmpty else { return }
      let isFirst = unasked.count == job.defense.samples
      let ballot = run.ballot(position)
      let missing = sequences.missing(behind: generated.count + position)
      let count =
        isFirst
        ? firstWave : planner.nextWave(lead: ballot.lead, missing: unasked.map { missing[$0] })
      // When the draft is about to be outvoted, what follows it is of no use.
      let isLikely = isFirst || position < drafts.count && ballot.leaders == [drafts[position]]
      try await sequences.ask(
        Array(unasked.prefix(count)), about: position...(isLikely ? run.count - 1 : position),
        behind: generated, drafts: drafts, collector)
      run = collector.run
    }
  }

  /// The token of a position on which enough copies have voted.
  private mutating func decide(
    _ position: Int, drafts: [TokenID], _ run: VotingRun
  ) async throws -> Decision {
    let ballot = run.ballot(position)
    let number = generated.count + position
    if let scores = try job.defense.aggregator.scores(of: run.rows(position)) {
      let token = TokenID(try Logits.argmax(scores))
      return Decision(
        token: token, vote: ballot.record(position: number, token: token, tieBreak: nil))
    }
    var unperturbed: TokenID?
    if job.defense.tieRule == .unperturbed, ballot.leaders.count > 1 {
      // A draft is the unperturbed model's token, as long as the drafts before it were chosen.
      if position < drafts.count {
        unperturbed = drafts[position]
      } else {
        unperturbed = try await sequences.predictClean(after: generated + drafts.prefix(position))
      }
    }
    let rows = run.rows(position)
    let (token, tieBreak) = ballot.winner(rule: job.defense.tieRule, unperturbed: unperturbed) {
      token in
      rows.reduce(0) { $0 + Double($1[Int(token)]) }
    }
    return Decision(
      token: token, vote: ballot.record(position: number, token: token, tieBreak: tieBreak))
  }
}
