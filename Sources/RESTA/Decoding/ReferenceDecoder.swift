/// The oracle: RESTA's three steps done literally, with one forward pass over all copies per token.
///
/// Simple, obviously right, never optimised. Every faster decoder is tested against it.
struct ReferenceDecoder: TokenDecoder {
  /// A sequence in the model and how much of its input it has taken.
  private struct Track {
    /// 0 is the unperturbed sequence x; i is the copy e~^i.
    let sequence: Int
    var consumed = 0
  }

  private let job: DecodingJob
  private let reservation: any SequenceReservation
  private let stopwatch: Stopwatch
  private var window: SmoothingWindow
  private var tracks: [Track]
  /// y_1..y_t.
  private var generated: [TokenID] = []
  private(set) var totals = GenerationTotals()

  /// - Parameters:
  ///   - job: The request.
  ///   - reservation: `job.sequences` empty sequences.
  ///   - stopwatch: Started when the generation was.
  init(job: DecodingJob, reservation: any SequenceReservation, stopwatch: Stopwatch) {
    self.job = job
    self.reservation = reservation
    self.stopwatch = stopwatch
    window = SmoothingWindow(job.defense)
    tracks = (0..<job.sequences).map { Track(sequence: $0) }
  }

  /// Chooses the next token, y_t.
  mutating func next() async throws -> Decision {
    if window.contains(generated.count) {
      // Step 2: every copy predicts greedily, and the majority is the token.
      let rows = try await predict(Array(1..<tracks.count))
      return try await vote(on: rows)
    }
    // Step 3: ordinary decoding of the one unperturbed sequence (x, y_1..y_{t-1}).
    let rows = try await predict([0])
    let token = try job.sampler.sample(logits: rows[0], position: generated.count)
    return Decision(
      token: TokenID(token), logProbabilities: try logProbabilities(of: token, in: rows[0]))
  }

  /// Appends a chosen token, clean, to every sequence.
  mutating func append(_ token: TokenID, bytes: [UInt8]) {
    window.note(bytes, at: generated.count)
    generated.append(token)
  }

  /// The logarithms of a softmax over all tokens, and all tokens sorted by them.
  private func logProbabilities(
    of token: Int, in row: [Float]
  ) throws -> TokenLogProbabilities? {
    guard let listed = job.options.logProbabilities else { return nil }
    let values = try Logits.logSoftmax(row)
    let ranked = values.indices.filter { values[$0].isFinite }
      .sorted { (values[$1], $0) < (values[$0], $1) }
    return TokenLogProbabilities(
      logProbability: values[token],
      alternatives: ranked.prefix(listed).map {
        .init(tokenID: TokenID($0), logProbability: values[$0])
      })
  }

  private mutating func vote(on rows: [[Float]]) async throws -> Decision {
    let ballot = Ballot(predictions: try rows.map { TokenID(try Logits.argmax($0)) })
    if let scores = try job.defense.aggregator.scores(of: rows) {
      let token = TokenID(try Logits.argmax(scores))
      return decision(ballot, token, nil)
    }
    let rule = job.defense.tieRule
    var unperturbed: TokenID?
    if rule == .unperturbed, ballot.leaders.count > 1 {
      unperturbed = TokenID(try Logits.argmax(try await predict([0])[0]))
    }
    let (token, tieBreak) = ballot.winner(rule: rule, unperturbed: unperturbed) { token in
      // The sum of logits orders tokens as the sum of log-probabilities does, since the normaliser
      // of a copy is the same for every token; without it, equal sums stay exactly equal.
      rows.reduce(0) { $0 + Double($1[Int(token)]) }
    }
    return decision(ballot, token, tieBreak)
  }

  private func decision(_ ballot: Ballot, _ token: TokenID?, _ tieBreak: TieBreak?) -> Decision {
    Decision(
      token: token,
      vote: ballot.record(position: generated.count, token: token, tieBreak: tieBreak))
  }

  /// Step 1: the prompt as this sequence gets it.
  ///
  /// Made when it is fed, and not kept.
  private func prompt(of track: Track) -> ForwardSegment.Input {
    track.sequence == 0 ? .tokens(job.prompt) : .embeddings(job.copy(track.sequence - 1))
  }

  /// Feeds these sequences all of their input that they have not taken yet, in one pass.
  ///
  /// - Returns: The logits that follow their last positions, `[sequences, vocabulary]`.
  private mutating func predict(_ indices: [Int]) async throws -> [[Float]] {
    var prompts: [ForwardSegment] = []
    var answers: [ForwardSegment] = []
    for index in indices {
      let track = tracks[index]
      if track.consumed == 0 {
        // Long prompts take a while to perturb.
        try Task.checkCancellation()
        prompts.append(
          ForwardSegment(
            sequence: track.sequence, input: prompt(of: track),
            outputs: generated.isEmpty ? .last : .none))
      }
      let rest = generated.dropFirst(max(0, track.consumed - job.prompt.count))
      if !rest.isEmpty {
        answers.append(ForwardSegment(sequence: track.sequence, input: .tokens(Array(rest))))
      }
      tracks[index].consumed = job.prompt.count + generated.count
    }
    let start = stopwatch.seconds
    let rows = try await reservation.forward(prompts + answers)
    let elapsed = stopwatch.seconds - start
    if prompts.isEmpty { totals.decodeSeconds += elapsed } else { totals.prefillSeconds += elapsed }
    totals.passes += 1
    totals.tokensProcessed += (prompts + answers).reduce(0) { $0 + $1.input.count }
    guard rows.count == indices.count else {
      throw RESTAError(
        .engineFailed,
        "The engine returned \(rows.count) rows of logits for \(indices.count) sequences.")
    }
    return rows
  }
}
