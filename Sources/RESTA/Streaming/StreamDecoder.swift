/// RESTA on an engine that streams tokens: the same tokens, winners of votes, ties and stop reason as
/// ``ReferenceDecoder``, as long as the copies predict the same.
///
/// A stream for each copy runs ahead of the vote, which follows position by position as tokens come. A copy
/// that predicted another token than was chosen is stopped there, and only if a later vote needs it, is it
/// asked again behind what was chosen. Who decides a vote depends on who came first, so counts and margins are
/// of the copies that were there; a vote that they leave open waits for more, and a tie for all.
struct StreamDecoder: TokenDecoder {
  /// The most tokens that a stream is asked for at once.
  private static let longestRun = 256
  /// How many likely tokens a copy lists in each place, for ties; what is not listed is asked for.
  private static let listed = 5
  /// Sums of log-probabilities that are closer than this are equal, in nats.
  private static let rounding = 1e-4

  /// One sequence and what came of it.
  private struct Copy {
    var stream: Int?
    /// What it predicts from a position of the answer on.
    var start = 0
    var predictions: [StreamedPrediction] = []

    func prediction(at position: Int) -> StreamedPrediction? {
      predictions.indices.contains(position - start) ? predictions[position - start] : nil
    }

    /// Takes its next token; `nil` at its end.
    mutating func take(_ prediction: StreamedPrediction?) throws(RESTAError) {
      if let prediction { return predictions.append(prediction) }
      stream = nil
      guard !predictions.isEmpty else {
        throw RESTAError(.engineFailed, "The engine ended a stream without a token.")
      }
    }
  }

  private let job: DecodingJob
  private let streams: StreamSet
  private(set) var window: SmoothingWindow
  /// y_1..y_{t-1}.
  private var generated: [TokenID] = []
  private var copies: [Copy]
  /// The unperturbed sequence behind the window.
  private var clean = Copy()

  init(job: DecodingJob, streams: StreamSet) {
    self.job = job
    self.streams = streams
    window = job.window
    copies = Array(repeating: Copy(), count: job.sequences - 1)
  }

  mutating func next() async throws -> Decision {
    window.contains(generated.count) ? try await vote() : try await sample()
  }

  func probe(behind header: [TokenID]) throws -> [VoteRecord] {
    throw CheckpointProbe.streams
  }

  mutating func append(_ token: TokenID, bytes: [UInt8]) {
    window.note(bytes, at: generated.count)
    let position = generated.count
    generated.append(token)
    for index in copies.indices {
      guard let prediction = copies[index].prediction(at: position) else { continue }
      if prediction.token != token { stop(index) }
    }
    guard !window.contains(generated.count) else { return }
    for index in copies.indices { stop(index) }
  }

  // MARK: Step 3, ordinary decoding

  private mutating func sample() async throws -> Decision {
    let position = generated.count
    while true {
      if let prediction = clean.prediction(at: position) {
        let listed = job.options.logProbabilities
        return Decision(
          token: prediction.token,
          logProbabilities: listed == nil ? nil : prediction.logProbabilities)
      }
      if clean.stream == nil {
        var length = 1
        while position + length < job.maximumTokens, !window.contains(position + length) {
          length += 1
        }
        var request = request(.tokens(job.prompt), isNaive ? 1 : length)
        request.sampling = job.options.sampling
        // A stream that starts later draws other numbers than the one before it.
        request.sampling.seed = job.sampler.seed &+ UInt64(position)
        request.listed = job.options.logProbabilities
        clean = Copy(stream: streams.open(request), start: position)
      }
      try await read()
    }
  }

  /// What follows the answer so far behind a prompt, for so many tokens.
  private func request(
    _ prompt: PredictionRequest.Prompt, _ length: Int
  ) -> PredictionRequest {
    var request = PredictionRequest(prompt: prompt, answer: generated, maximumTokens: length)
    request.stopsAtEnd = !job.options.ignoresEndOfGeneration
    return request
  }

  /// argmax f(x, y_1..y_{t-1}).
  private mutating func unperturbedToken() async throws -> TokenID {
    let request = request(.tokens(job.prompt), 1)
    clean = Copy(stream: streams.open(request), start: generated.count)
    while true {
      if let prediction = clean.prediction(at: generated.count) {
        closeClean()
        return prediction.token
      }
      try await read()
    }
  }

  private mutating func closeClean() {
    if let stream = clean.stream { streams.close(stream) }
    clean = Copy()
  }

  // MARK: Step 2, the vote

  private mutating func vote() async throws -> Decision {
    // Where it ran further than the window's start, that does not count.
    closeClean()
    let position = generated.count
    var round = Round(
      copies: copies.count, positions: 1, lead: job.defense.lead, rowPositions: 0, ends: job.ends)
    while true {
      for copy in round.unasked(0) {
        guard let prediction = copies[copy].prediction(at: position) else { continue }
        round.note(.init(token: prediction.token), at: .init(copy: copy, position: 0))
      }
      let unasked = round.unasked(0)
      if unasked.isEmpty || (!isNaive && round.isDecided(0)) { break }
      let idle = unasked.filter { copies[$0].stream == nil }
      for copy in idle.prefix(demand(round.ballot(0), unasked: unasked, idle: idle)) {
        open(copy)
      }
      try await read()
    }
    let ballot = round.ballot(0)
    let isCompared = job.defense.checkpointEnds && window.isCheckpoint(position)
    let isTied = job.defense.tieRule == .unperturbed && ballot.leaders.count > 1
    let unperturbed = isCompared || isTied ? try await unperturbedToken() : nil
    let scores = try await tieScores(ballot)
    let (token, tieBreak) = ballot.winner(rule: job.defense.tieRule, unperturbed: unperturbed) {
      scores[$0] ?? 0
    }
    var decision = Decision(
      token: token, vote: ballot.record(position: position, token: token, tieBreak: tieBreak))
    if isCompared { decision.compare(with: unperturbed, ends: job.ends) }
    return decision
  }

  /// Whether every copy is asked about every token, a request for each.
  private var isNaive: Bool { job.settings.plan.map { $0 == .naive } ?? true }

  /// How many of the copies that are not running are started for a vote that is open.
  ///
  /// None, as long as those that run may decide it; else as many as would, if all of them agreed.
  private func demand(_ ballot: Ballot, unasked: [Int], idle: [Int]) -> Int {
    guard !isNaive else { return idle.count }
    if idle.count == copies.count {
      if case .fixed(let count) = job.settings.plan?.firstWave { return min(count, idle.count) }
      return min(copies.count / 2 + 1, job.defense.lead ?? .max)
    }
    // Somebody has to run; and the lead rule counts copies in order, so nobody passes the first of them.
    let isStuck = unasked.count == idle.count
    if let lead = job.defense.lead {
      let others = copies.count - ballot.predictions.count - idle.count
      return max(isStuck || idle.first == unasked.first ? 1 : 0, lead - ballot.lead - others)
    }
    let hoped = ballot.lead + unasked.count - idle.count
    return hoped > idle.count ? (isStuck ? 1 : 0) : (idle.count - hoped) / 2 + 1
  }

  private mutating func open(_ copy: Int) {
    let position = generated.count
    var run = window.remaining(at: position, limit: job.maximumTokens - position)
    if isNaive {
      run = 1
    } else if case .fixed(let draft) = job.settings.plan?.draft {
      run = min(run - 1, draft) + 1
    }
    let request = request(copy: copy, min(run, Self.longestRun))
    copies[copy] = Copy(stream: streams.open(request), start: position)
  }

  private func request(copy: Int, _ length: Int) -> PredictionRequest {
    var request = request(.perturbed(job.copy(copy)), length)
    if job.defense.tieRule.mayScore { request.listed = Self.listed }
    return request
  }

  private mutating func stop(_ copy: Int) {
    if let stream = copies[copy].stream { streams.close(stream) }
    copies[copy] = Copy()
  }

  // MARK: Ties

  /// For each leader of a tie the sum of its log-probabilities over all copies.
  private func tieScores(_ ballot: Ballot) async throws -> [TokenID: Double] {
    let leaders = ballot.leaders
    guard leaders.count > 1, job.defense.tieRule.mayScore else { return [:] }
    var sums: [TokenID: Double] = [:]
    var missing: [(token: TokenID, request: PredictionRequest)] = []
    for leader in leaders {
      for copy in copies.indices.prefix(ballot.predictions.count) {
        let prediction = copies[copy].prediction(at: generated.count)
        if let value = prediction?.logProbability(of: leader) {
          sums[leader, default: 0] += value
        } else {
          missing.append((leader, request(copy: copy, 1)))
        }
      }
    }
    let values = try await streams.logProbabilities(of: missing)
    for (question, value) in zip(missing, values) { sums[question.token, default: 0] += value }
    // They come rounded, so sums that are as good as equal are.
    let best = sums.values.max() ?? 0
    return sums.mapValues { best - $0 < Self.rounding ? best : $0 }
  }

  // MARK: Reading

  /// Takes the next thing that a stream says.
  private mutating func read() async throws {
    let (stream, prediction) = try await streams.next()
    if clean.stream == stream { return try clean.take(prediction) }
    guard let copy = copies.firstIndex(where: { $0.stream == stream }) else { return }
    try copies[copy].take(prediction)
    // One that lags behind the vote may have parted from it.
    let position = copies[copy].start + copies[copy].predictions.count - 1
    if let prediction, position < generated.count, prediction.token != generated[position] {
      stop(copy)
    }
  }
}

extension DefenseSettings {
  /// Refuses what a model's engine cannot do, by its name: what needs more than tokens, where it streams them.
  package func check(for model: any LanguageModel) throws(RESTAError) {
    guard model is any StreamingModel else { return }
    guard !probes else { throw CheckpointProbe.streams }
    try RESTAError.require(
      !isActive || aggregator == .majorityVote,
      "The aggregator '\(aggregator.rawValue)' needs every token's logit, and this engine "
        + "gives the predicted tokens only: use 'majority-vote'.")
  }
}
