/// The oracle: RESTA's three steps done literally, with one forward pass over all copies per token.
///
/// Nothing is shared between sequences, nothing is decided before every copy has voted, and what was
/// fed once stays fed. Every faster decoder is tested against it.
struct ReferenceDecoder: TokenDecoder {
  private let job: DecodingJob
  private let sequences: Sequences
  private(set) var window: SmoothingWindow
  /// y_1..y_{t-1}.
  private var answer: [TokenID] = []

  init(job: DecodingJob, sequences: Sequences) {
    self.job = job
    self.sequences = sequences
    window = job.window
  }

  /// Chooses y_t.
  mutating func next() async throws -> Decision {
    if window.contains(answer.count) {
      // A checkpoint that may end the answer asks the unperturbed model about it too.
      return try await vote(
        isCompared: job.defense.checkpointEnds && window.isCheckpoint(answer.count))
    }
    // Step 3: ordinary decoding of the one unperturbed sequence.
    let row = try await logits([0])[0]
    let token = try job.sampler.sample(logits: row, position: answer.count)
    return Decision(
      token: TokenID(token), logProbabilities: try logProbabilities(of: token, in: row))
  }

  /// Lets the copies vote on what follows the header behind the answer, a token after the other, and forgets
  /// all of it again.
  mutating func probe(behind header: [TokenID]) async throws -> [VoteRecord] {
    let (chosen, lengths) = (answer, sequences.lengths)
    answer += header
    var votes: [VoteRecord] = []
    while votes.count < job.defense.checkpointTokens {
      let decision = try await vote(isCompared: false)
      if let vote = decision.vote { votes.append(vote) }
      guard let token = decision.token, !job.ends(token) else { break }
      answer.append(token)
    }
    answer = chosen
    for (sequence, length) in lengths.enumerated() {
      try await sequences.truncate(sequence, to: length)
    }
    return votes
  }

  /// Appends a chosen token, clean, to every sequence.
  mutating func append(_ token: TokenID, bytes: [UInt8]) {
    window.note(bytes, at: answer.count)
    answer.append(token)
  }

  /// Step 2: every copy predicts greedily, and the majority is the token.
  private func vote(isCompared: Bool) async throws -> Decision {
    let rows = try await logits(Array(1...job.defense.samples))
    // The lead rule, where it is on, lets the first of them count; it needs no pass of its own here.
    let ballot = Ballot(
      predictions: try rows.map { TokenID(try Logits.argmax($0)) }, of: rows.count,
      lead: job.defense.lead, ends: job.ends)
    let clean = isCompared ? try await unperturbedToken() : nil
    var decision = try await ballot.decide(at: answer.count, by: job.defense, rows: rows) {
      if let clean { clean } else { try await unperturbedToken() }
    }
    decision.compare(with: clean, ends: job.ends)
    return decision
  }

  /// argmax f(x, y_1..y_{t-1}).
  private func unperturbedToken() async throws -> TokenID {
    TokenID(try Logits.argmax(try await logits([0])[0]))
  }

  /// f(prompt, y_1..y_{t-1}) for some sequences, in one pass: 0 has the prompt x, and i the copy e~^i
  /// of step 1, made when the engine takes it.
  private func logits(_ indices: [Int]) async throws -> [[Float]] {
    var segments: [ForwardSegment] = []
    for index in indices where sequences.lengths[index] == 0 {
      segments.append(
        ForwardSegment(
          sequence: index,
          input: index == 0 ? .tokens(job.prompt) : .perturbed(job.copy(index - 1)),
          outputs: answer.isEmpty ? .last : .none))
    }
    for index in indices {
      let rest = answer.dropFirst(max(0, sequences.lengths[index] - job.prompt.count))
      guard !rest.isEmpty else { continue }
      segments.append(ForwardSegment(sequence: index, input: .tokens(Array(rest))))
    }
    return try await sequences.forward(segments) { _, logits in Logits.copy(logits) }
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
}

/// Chooses an answer's tokens one by one; the implementations differ in what that costs.
protocol TokenDecoder {
  /// Chooses the next token, y_t.
  mutating func next() async throws -> Decision

  /// Which positions are voted on.
  var window: SmoothingWindow { get }

  /// Lets the copies vote on tokens behind the answer and a header, up to one that ends an answer, and goes
  /// back to where the answer was.
  mutating func probe(behind header: [TokenID]) async throws -> [VoteRecord]

  /// Takes the chosen token, once for each ``next()`` that gave one, unless the answer ends there.
  mutating func append(_ token: TokenID, bytes: [UInt8])
}

/// A token, or none when the vote abstained, and the vote that chose it.
struct Decision {
  var token: TokenID?
  var vote: VoteRecord?
  /// Whether the answer ends in front of the token, where a checkpoint parted from the unperturbed model.
  private(set) var endsAtCheckpoint = false
  /// Where they were asked for and nothing was voted on.
  var logProbabilities: TokenLogProbabilities?

  /// Compares a checkpoint's token with the unperturbed model's, where there is one to compare with.
  mutating func compare(with unperturbed: TokenID?, ends: (TokenID) -> Bool) {
    guard let token, let unperturbed else { return }
    endsAtCheckpoint = token != unperturbed && !(ends(token) && ends(unperturbed))
  }
}
