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
  private var passes: PassRecorder
  private var planner: PassPlanner
  private var window: SmoothingWindow
  /// x, then e~^1..e~^k.
  private var tracks: [SequenceTrack]
  /// y_1..y_t.
  private var generated: [TokenID] = []
  /// Votes that were taken ahead, first of them the next one.
  private var decided: ArraySlice<Decision> = []
  /// What the unperturbed sequence predicts behind so many positions, as far as it is known.
  private var cleanPrediction: (length: Int, token: TokenID)?

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
    passes = PassRecorder(reservation, stopwatch: stopwatch)
    let plan = job.settings.plan ?? .fast
    planner = PassPlanner(plan: plan, costs: costs, copies: max(1, job.sequences - 1))
    window = SmoothingWindow(job.defense)
    tracks = (0..<job.sequences).map { SequenceTrack(sequence: $0) }
  }

  private var copies: ArraySlice<SequenceTrack> { tracks.dropFirst() }

  var totals: GenerationTotals { passes.totals }

  mutating func next() async throws -> Decision {
    if let decision = decided.first { return decision }
    guard window.contains(generated.count) else {
      if window.isOver(at: generated.count) { try await releaseCopies() }
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

  // MARK: The unperturbed sequence

  /// Step 3: ordinary decoding of (x, y_1..y_{t-1}).
  private mutating func sample() async throws -> Decision {
    let (sampler, position) = (job.sampler, generated.count)
    let token = try await feedClean(generated) {
      try sampler.sample(logits: $0, position: position)
    }
    return Decision(token: token, vote: nil)
  }

  /// Feeds the unperturbed sequence up to the end of an answer.
  ///
  /// - Parameters:
  ///   - answer: The answer, or what is drafted of it.
  ///   - choose: Chooses the next token by its logits.
  /// - Returns: The token.
  private mutating func feedClean(
    _ answer: [TokenID], choose: @escaping @Sendable (Span<Float>) throws -> Int
  ) async throws -> TokenID {
    let length = job.prompt.count + answer.count
    if tracks[0].consumed >= length { try await truncate(0, to: length - 1) }
    let choice = ChoiceReader(stopwatch: passes.stopwatch, choose: choose)
    let segments = tracks[0].segments(to: length, of: job, answer: answer, wanted: 1)
    let isPrefill = tracks[0].consumed < job.prompt.count
    tracks[0].consumed = length
    try await passes.forward(segments, isPrefill: isPrefill, read: choice.read)
    passes.noteBookkeeping(seconds: choice.seconds)
    return try choice.token()
  }

  /// What the unperturbed model predicts behind an answer.
  private mutating func predictClean(after answer: [TokenID]) async throws -> TokenID {
    let length = job.prompt.count + answer.count
    if let known = cleanPrediction, known.length == length { return known.token }
    let token = try await feedClean(answer) { try Logits.argmax($0) }
    cleanPrediction = (length, token)
    return token
  }

  private mutating func draft(_ count: Int) async throws -> [TokenID] {
    var drafts: [TokenID] = []
    while drafts.count < count, !ends(drafts) {
      drafts.append(try await predictClean(after: generated + drafts))
    }
    return drafts
  }

  /// Whether an answer is complete with its last token.
  private func ends(_ drafts: [TokenID]) -> Bool {
    drafts.last.map { job.ends($0, tokenizer) } ?? false
  }

  // MARK: Votes

  /// Step 2, for as many positions as one round of drafting and voting gives.
  ///
  /// - Returns: At least one decision; a vote that abstained is the last one.
  private mutating func vote() async throws -> [Decision] {
    let limit = window.remaining(
      at: generated.count, limit: job.maximumTokens - generated.count)
    if job.sharedPositions > 0, tracks[0].consumed == 0 { _ = try await predictClean(after: []) }
    let choice = planner.choose(
      positions: limit, missing: copies.map(missing),
      needsAll: job.defense.aggregator != .majorityVote)
    let drafts = try await draft(min(choice.draft, draftLimit))
    // Behind a drafted end of the answer, and behind the last draft's vote, there is nothing to ask.
    let positions = min(limit, ends(drafts) ? drafts.count : drafts.count + 1)
    let run = VotingRun(copies: copies.count, positions: positions, retention: retention)
    let collector = VoteCollector(run, stopwatch: passes.stopwatch)
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
    passes.noteBookkeeping(seconds: collector.readSeconds)
    try await rollBack(to: job.prompt.count + generated.count + decisions.count - 1)
    return decisions
  }

  /// Rows of logits are kept for other aggregators, and a long draft has many.
  private var draftLimit: Int {
    guard job.defense.aggregator != .majorityVote else { return .max }
    let values = copies.count * max(1, job.vocabularySize)
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
      let isFirst = unasked.count == copies.count
      let ballot = run.ballot(position)
      let count =
        isFirst
        ? firstWave
        : planner.nextWave(
          lead: ballot.lead, missing: unasked.map { missing(tracks[$0 + 1]) + position })
      // When the draft is about to be outvoted, what follows it is of no use.
      let isLikely = isFirst || position < drafts.count && ballot.leaders == [drafts[position]]
      try await ask(
        Array(unasked.prefix(count)), about: position...(isLikely ? run.count - 1 : position),
        drafts: drafts, collector)
      run = collector.run
    }
  }

  /// Lets copies vote on positions of a run, in one pass in which they catch up with all before.
  private mutating func ask(
    _ asked: [Int], about positions: ClosedRange<Int>, drafts: [TokenID],
    _ collector: VoteCollector
  ) async throws {
    let answer = generated + drafts
    let length = job.prompt.count + generated.count + positions.upperBound
    var prompts: [ForwardSegment] = []
    var answers: [ForwardSegment] = []
    var promptPlaces: [VotingRun.Place] = []
    var answerPlaces: [VotingRun.Place] = []
    for copy in asked {
      // Long prompts take a while to perturb.
      try Task.checkCancellation()
      try await share(copy)
      let segments = tracks[copy + 1].segments(
        to: length, of: job, answer: answer, wanted: positions.count)
      for segment in segments {
        let count = segment.outputs.count(of: segment.input.count)
        if case .embeddings = segment.input {
          prompts.append(segment)
          promptPlaces += positions.prefix(count).map { .init(copy: copy, position: $0) }
        } else {
          answers.append(segment)
          answerPlaces += positions.suffix(count).map { .init(copy: copy, position: $0) }
        }
      }
      tracks[copy + 1].consumed = length
    }
    let places = promptPlaces + answerPlaces
    let rows = collector.rows
    try await passes.forward(
      prompts + answers, isPrefill: !prompts.isEmpty, read: collector.reader(places))
    guard collector.rows - rows == places.count else {
      throw VoteCollector.wrongRows(places.count)
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
        unperturbed = try await predictClean(after: generated + drafts.prefix(position))
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

  // MARK: Sequences

  /// How many positions a copy has to take before it can vote on the next token.
  private func missing(_ copy: SequenceTrack) -> Int {
    max(1, job.prompt.count + generated.count - max(copy.consumed, job.sharedPositions))
  }

  /// Drops what was drafted and not chosen from all sequences.
  private mutating func rollBack(to length: Int) async throws {
    // What follows tokens that were not chosen is no prediction for those that were.
    if let known = cleanPrediction, known.length > length { cleanPrediction = nil }
    for index in tracks.indices where tracks[index].consumed > length {
      try await truncate(index, to: length)
    }
  }

  private mutating func truncate(_ index: Int, to length: Int) async throws {
    try await passes.reservation.truncate(tracks[index].sequence, to: length)
    tracks[index].consumed = length
  }

  /// Gives a copy that holds nothing yet what is the same in all sequences.
  private mutating func share(_ copy: Int) async throws {
    guard tracks[copy + 1].consumed == 0, job.sharedPositions > 0 else { return }
    try await passes.reservation.fork(
      0, to: tracks[copy + 1].sequence, length: job.sharedPositions)
    tracks[copy + 1].consumed = job.sharedPositions
  }

  /// Gives the copies' room back once nothing is voted on any more: later passes are quicker without.
  private mutating func releaseCopies() async throws {
    for index in tracks.indices.dropFirst() where tracks[index].consumed > 0 {
      try await truncate(index, to: 0)
    }
  }
}
