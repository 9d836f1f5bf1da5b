/// The sequences of a fast decoder: x, which drafts and goes on behind the window, and the copies, which
/// vote; they share what is the same in all, and each is fed no more than it is asked about.
struct SharedSequences {
  private let job: DecodingJob
  private let sequences: Sequences
  /// What the unperturbed sequence predicts behind so many positions, as far as it is known.
  private var cleanPrediction: (length: Int, token: TokenID)?

  init(_ sequences: Sequences, of job: DecodingJob) {
    self.job = job
    self.sequences = sequences
  }

  // MARK: The unperturbed sequence

  /// Feeds the unperturbed sequence up to the end of an answer, or of what is drafted of it, and
  /// chooses what follows by its logits.
  func feedClean<Choice: Sendable>(
    _ answer: [TokenID], choose: @escaping @Sendable (Span<Float>) throws -> Choice
  ) async throws -> Choice {
    let length = job.prompt.count + answer.count
    try await sequences.truncate(0, to: length - 1)
    return try await sequences.forward(segments(of: 0, to: length, answer: answer, wanted: 1)) {
      _, logits in try choose(logits)
    }[0]
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
  ///
  /// The rest of the unperturbed prompt waits until its prediction is needed: the first token comes sooner,
  /// and an answer that ends inside of the window may do without.
  func preparePrefix() async throws {
    let held = sequences.lengths[0]
    guard held < job.sharedPositions else { return }
    let input = ForwardSegment.Input.tokens(Array(job.prompt[held..<job.sharedPositions]))
    _ = try await sequences.forward([
      ForwardSegment(sequence: 0, input: input, outputs: .none)
    ]) { _, _ in true }
  }

  /// How many positions of the prompt the unperturbed sequence lacks, beyond what is shared.
  var missingPrompt: Int {
    max(0, job.prompt.count - max(sequences.lengths[0], job.sharedPositions))
  }

  // MARK: The copies

  /// For each copy, the positions, at least 1, that it has to take before it can vote on what follows
  /// so many tokens of the answer.
  func missing(behind tokens: Int) -> [Int] {
    sequences.lengths.dropFirst().map { length in
      max(1, job.prompt.count + tokens - max(length, job.sharedPositions))
    }
  }

  /// Lets copies vote on positions of a round, in one pass in which they catch up with all before.
  func ask(
    _ copies: [Int], about positions: ClosedRange<Int>, behind generated: [TokenID],
    drafts: [TokenID], in round: inout Round
  ) async throws {
    let answer = generated + drafts
    let length = job.prompt.count + generated.count + positions.upperBound
    var asked: [(segment: ForwardSegment, places: ArraySlice<Round.Place>)] = []
    for copy in copies {
      try await share(copy)
      var places = positions.map { Round.Place(copy: copy, position: $0) }[...]
      for segment in segments(of: copy + 1, to: length, answer: answer, wanted: places.count) {
        let count = segment.outputs.count(of: segment.input.count)
        asked.append((segment, places.prefix(count)))
        places = places.dropFirst(count)
      }
    }
    // All rows in front of all tokens: an engine cannot mix them in one call.
    let rows = asked.filter { $0.segment.kind == .embeddings }
    asked = rows + asked.filter { $0.segment.kind == .tokens }
    let places = asked.flatMap(\.places)
    let keeps = (0..<round.count).map { round.keepsRow($0) }
    let predictions = try await sequences.forward(asked.map(\.segment)) { number, logits in
      Round.Prediction(
        token: TokenID(try Logits.argmax(logits)),
        row: keeps[places[number].position] ? Logits.copy(logits) : nil)
    }
    for (place, prediction) in zip(places, predictions) { round.note(prediction, at: place) }
  }

  /// Gives a copy that holds nothing yet what is the same in all sequences.
  private func share(_ copy: Int) async throws {
    guard sequences.lengths[copy + 1] == 0, job.sharedPositions > 0 else { return }
    try await sequences.fork(0, to: copy + 1, length: job.sharedPositions)
  }

  /// Gives the copies' room back once nothing is voted on any more: later passes are quicker without.
  ///
  /// The next turn of a conversation may need them.
  func releaseCopies() async throws {
    guard !sequences.keepsCopies else { return }
    for copy in sequences.lengths.indices.dropFirst() {
      try await sequences.truncate(copy, to: 0)
    }
  }

  // MARK: All of them

  /// Drops what was drafted and not chosen, behind so many positions of prompt and answer.
  mutating func rollBack(to length: Int) async throws {
    // What follows tokens that were not chosen is no prediction for those that were.
    if let known = cleanPrediction, known.length > length { cleanPrediction = nil }
    for sequence in sequences.lengths.indices {
      try await sequences.truncate(sequence, to: length)
    }
  }

  /// What a sequence lacks of so many positions, more than it holds: of the prompt, and of the answer.
  ///
  /// Logits are wanted for the last ones.
  private func segments(
    of sequence: Int, to length: Int, answer: [TokenID], wanted: Int
  ) -> [ForwardSegment] {
    var segments: [ForwardSegment] = []
    let (held, promptLength) = (sequences.lengths[sequence], job.prompt.count)
    let answerCount = length - max(held, promptLength)
    if held < promptLength {
      let input: ForwardSegment.Input =
        sequence == 0
        ? .tokens(Array(job.prompt[held...]))
        : .perturbed(job.copy(sequence - 1, from: held))
      let outputs = wanted - max(0, answerCount)
      segments.append(
        ForwardSegment(
          sequence: sequence, input: input, outputs: outputs > 0 ? .suffix(outputs) : .none))
    }
    if answerCount > 0 {
      let start = max(held, promptLength) - promptLength
      segments.append(
        ForwardSegment(
          sequence: sequence, input: .tokens(Array(answer[start..<start + answerCount])),
          outputs: .suffix(min(wanted, answerCount))))
    }
    return segments
  }
}
