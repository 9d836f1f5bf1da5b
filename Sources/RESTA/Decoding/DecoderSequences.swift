/// The sequences of a fast decoder in the model: x, which drafts and goes on behind the window, and the
/// copies e~^1..e~^k, which vote.
struct DecoderSequences {
  private let job: DecodingJob
  private var passes: PassRecorder
  /// x, then the copies.
  private var tracks: [SequenceTrack]
  /// What the unperturbed sequence predicts behind so many positions, as far as it is known.
  private var cleanPrediction: (length: Int, token: TokenID)?

  /// - Parameters:
  ///   - job: The request.
  ///   - reservation: `job.sequences` empty sequences.
  ///   - stopwatch: Started when the generation was.
  init(job: DecodingJob, reservation: any SequenceReservation, stopwatch: Stopwatch) {
    self.job = job
    passes = PassRecorder(reservation, stopwatch: stopwatch)
    tracks = (0..<job.sequences).map { SequenceTrack(sequence: $0) }
  }

  /// What the passes have cost.
  var totals: GenerationTotals { passes.totals }

  /// Adds time that was spent in a pass, but not by the model.
  mutating func noteBookkeeping(seconds: Double) { passes.noteBookkeeping(seconds: seconds) }

  // MARK: The unperturbed sequence

  /// Feeds the unperturbed sequence up to the end of an answer.
  ///
  /// - Parameters:
  ///   - answer: The answer, or what is drafted of it.
  ///   - choose: Chooses the next token by its logits.
  /// - Returns: What it chose.
  /// - Throws: What the engine or `choose` throws; `CancellationError`.
  mutating func feedClean<Choice: Sendable>(
    _ answer: [TokenID], choose: @escaping @Sendable (Span<Float>) throws -> Choice
  ) async throws -> Choice {
    let length = job.prompt.count + answer.count
    if tracks[0].consumed >= length { try await truncate(0, to: length - 1) }
    let choice = ChoiceReader(stopwatch: passes.stopwatch, choose: choose)
    let segments = tracks[0].segments(to: length, of: job, answer: answer, wanted: 1)
    let isPrefill = tracks[0].consumed < job.prompt.count
    tracks[0].consumed = length
    try await passes.forward(segments, isPrefill: isPrefill, read: choice.read)
    passes.noteBookkeeping(seconds: choice.seconds)
    return try choice.choice()
  }

  /// What the unperturbed model predicts behind an answer.
  mutating func predictClean(after answer: [TokenID]) async throws -> TokenID {
    let length = job.prompt.count + answer.count
    if let known = cleanPrediction, known.length == length { return known.token }
    let token = try await feedClean(answer) { TokenID(try Logits.argmax($0)) }
    cleanPrediction = (length, token)
    return token
  }

  /// Computes what all sequences share, before the first copy needs it.
  mutating func preparePrefix() async throws {
    guard job.sharedPositions > 0, tracks[0].consumed == 0 else { return }
    _ = try await predictClean(after: [])
  }

  // MARK: The copies

  /// For each copy, the positions that it has to take before it can vote on the next token.
  ///
  /// - Parameter tokens: The tokens of the answer in front of it.
  /// - Returns: Numbers of at least 1, by copy.
  func missing(behind tokens: Int) -> [Int] {
    tracks.dropFirst().map { copy in
      max(1, job.prompt.count + tokens - max(copy.consumed, job.sharedPositions))
    }
  }

  /// Lets copies vote on positions of a run, in one pass in which they catch up with all before.
  ///
  /// - Parameters:
  ///   - asked: The copies, from 0.
  ///   - positions: The positions, from 0 at the start of the run.
  ///   - generated: The answer in front of the run.
  ///   - drafts: What the run's positions are voted on behind.
  ///   - collector: Takes the votes.
  /// - Throws: What the engine throws; ``RESTAError`` with `engineFailed` when rows are missing.
  mutating func ask(
    _ asked: [Int], about positions: ClosedRange<Int>, behind generated: [TokenID],
    drafts: [TokenID], _ collector: VoteCollector
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

  /// Gives a copy that holds nothing yet what is the same in all sequences.
  private mutating func share(_ copy: Int) async throws {
    guard tracks[copy + 1].consumed == 0, job.sharedPositions > 0 else { return }
    try await passes.reservation.fork(
      0, to: tracks[copy + 1].sequence, length: job.sharedPositions)
    tracks[copy + 1].consumed = job.sharedPositions
  }

  /// Gives the copies' room back once nothing is voted on any more: later passes are quicker without.
  mutating func releaseCopies() async throws {
    for index in tracks.indices.dropFirst() where tracks[index].consumed > 0 {
      try await truncate(index, to: 0)
    }
  }

  // MARK: All of them

  /// Drops what was drafted and not chosen.
  ///
  /// - Parameter length: The positions of prompt and answer that stay.
  /// - Throws: What the engine throws.
  mutating func rollBack(to length: Int) async throws {
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
}
