import RESTA

/// What the lead rule would change: the full votes with the rule applied to them, and answers with it.
struct LeadComparison {
  /// One lead against the full vote.
  struct Row: Encodable {
    let lead: Int
    /// Votes that the rule stopped before they were decided.
    var stopped = 0
    /// Votes of another winner, each on the full vote's answer.
    var winnersDiffer = 0
    /// How many that were over all orders of the copies, and the standard deviation; `nil`, as what else is
    /// over all orders, where some vote has too many of them.
    @Nullable var winnersExpected: Double? = 0
    @Nullable var winnersDeviation: Double? = 0
    /// Copies that count for a vote on the full vote's answer, in the mean; and over all orders.
    var meanCopies = 0.0
    @Nullable var expectedCopies: Double? = 0
    /// Answers of other tokens, or that ended otherwise.
    var answersDiffer = 0
    /// The most that are to be expected: of each answer the errors of its votes, together at most 1.
    @Nullable var answersBound: Double? = 0
    var tokensProcessed = 0
    var wallS = 0.0
  }

  /// What `--json` prints under `lead_rule`.
  struct Report: Encodable {
    let votes: Int
    /// Votes whose counts were others when each copy was fed alone: rounding; nothing can be said of them.
    let votesReplayedOtherwise: Int
    /// Copies that decide a full vote, asked in order, in the mean.
    let meanCopies: Double
    let tokensProcessed: Int
    let wallS: Double
    let leads: [Row]
  }

  private let model: any LanguageModel
  /// Whether a token ends the answer.
  private let ends: (TokenID) -> Bool
  private var rows: [Row]
  private var votes = 0
  private var otherwise = 0
  private var copies = 0
  private var full = (tokens: 0, seconds: 0.0)

  init(_ leads: [Int], options: GenerationOptions, model: any LanguageModel) {
    self.model = model
    let tokenizer = model.tokenizer
    ends = { !options.ignoresEndOfGeneration && tokenizer.isEndOfGeneration($0) }
    rows = leads.map { Row(lead: $0) }
  }

  /// Reads a list of leads.
  static func leads(_ list: String, defense: DefenseSettings) throws -> [Int] {
    guard let leads = NumberList(argument: list)?.values, leads.allSatisfy({ $0 >= 1 }) else {
      throw Failure.usage("--leads: expected whole numbers of 1 or more, not '\(list)'.")
    }
    guard defense.lead == nil, defense.tieRule != .abstain, defense.aggregator == .majorityVote
    else {
      throw Failure.usage(
        "--leads compares with the full vote's winners: leave out --lead, --aggregator and "
          + "--tie-rule abstain.")
    }
    return leads
  }

  /// Notes an answer of the full vote, and the decoder's own time and work for the same.
  mutating func note(
    _ expected: GenerationResult, _ actual: GenerationResult, prompt: TokenizedPrompt,
    withLead answer: (Int) async throws -> GenerationResult
  ) async throws {
    let predictions = try await predictions(of: expected, prompt: prompt)
    full.tokens += actual.totals.tokensProcessed
    full.seconds += actual.totals.wallSeconds
    var bounds = rows.map { _ in 0.0 }
    for (vote, predicted) in zip(expected.votes, predictions) {
      let counts = Dictionary(predicted.map { ($0, 1) }, uniquingKeysWith: +)
      guard let winner = vote.tokenID,
        counts == Dictionary(uniqueKeysWithValues: vote.counts.map { ($0.tokenID, $0.count) })
      else {
        otherwise += 1
        continue
      }
      votes += 1
      copies +=
        LeadRule.Counterfactual(
          predicted, winner: winner, lead: predicted.count + 1, ends: ends
        ).copies
      for index in rows.indices {
        let outcome = LeadRule.Counterfactual(
          predicted, winner: winner, lead: rows[index].lead, ends: ends)
        rows[index].stopped += outcome.stopped ? 1 : 0
        rows[index].winnersDiffer += outcome.differs ? 1 : 0
        rows[index].meanCopies += Double(outcome.copies)
        guard let expectation = outcome.expectation else {
          rows[index].winnersExpected = nil
          continue
        }
        rows[index].winnersExpected? += expectation.error
        rows[index].winnersDeviation? += expectation.error * (1 - expectation.error)
        rows[index].expectedCopies? += expectation.copies
        bounds[index] += expectation.error
      }
    }
    for index in rows.indices {
      let other = try await answer(rows[index].lead)
      let isSame =
        other.tokenIDs == expected.tokenIDs && other.stopReason == expected.stopReason
      rows[index].answersDiffer += isSame ? 0 : 1
      rows[index].answersBound? += min(1, bounds[index])
      rows[index].tokensProcessed += other.totals.tokensProcessed
      rows[index].wallS += other.totals.wallSeconds
    }
  }

  /// v_1..v_k for each vote of an answer, each copy fed alone.
  private func predictions(
    of result: GenerationResult, prompt: TokenizedPrompt
  ) async throws -> [[TokenID]] {
    guard let last = result.votes.last?.position else { return [] }
    let defense = result.settings.defense
    let embeddings = try await model.embeddings(of: prompt.ids)
    let noise = try EmbeddingNoise(
      defense.noise, scale: model.information.embeddingScale, seed: defense.seed ?? 0)
    let answer = Array(result.tokenIDs.prefix(last))
    var votes = [[TokenID]](repeating: [], count: result.votes.count)
    for copy in 0..<defense.samples {
      let matrix = noise.perturb(
        embeddings, positions: prompt.positions(of: defense.perturbed), copy: copy)
      var segments = [ForwardSegment(sequence: 0, input: .embeddings(matrix))]
      if !answer.isEmpty {
        segments.append(
          ForwardSegment(sequence: 0, input: .tokens(answer), outputs: .all))
      }
      let cells = prompt.ids.count + answer.count
      let predicted = try await model.reserve(sequences: 1, cells: cells).use { [segments] in
        try await $0.forward(segments) { _, logits in TokenID(try Logits.argmax(logits)) }
      }
      for (index, vote) in result.votes.enumerated() {
        votes[index].append(predicted[vote.position])
      }
    }
    return votes
  }

  var report: Report {
    let count = Double(max(1, votes))
    return Report(
      votes: votes, votesReplayedOtherwise: otherwise, meanCopies: Double(copies) / count,
      tokensProcessed: full.tokens, wallS: full.seconds,
      leads: rows.map { row in
        var row = row
        row.winnersDeviation = row.winnersDeviation?.squareRoot()
        row.meanCopies /= count
        row.expectedCopies? /= count
        // Sums that lack a vote say nothing.
        if row.winnersExpected == nil {
          row.winnersDeviation = nil
          row.expectedCopies = nil
          row.answersBound = nil
        }
        return row
      })
  }

  /// The report in words.
  func lines(answers: Int) -> [String] {
    let report = report
    func number(_ value: Double?) -> String { value.map { Summary.number($0) } ?? "?" }
    var lines = [
      "Lead rule on \(report.votes) full votes, which \(number(report.meanCopies)) copies decide"
    ]
    if otherwise > 0 { lines[0] += " (\(otherwise) more round otherwise, one copy at a time)" }
    lines += report.leads.map { row in
      "  lead \(row.lead): \(row.winnersDiffer) winners differ (\(number(row.winnersExpected)) ± "
        + "\(number(row.winnersDeviation)) expected), \(row.answersDiffer) of \(answers) answers (at most "
        + "\(number(row.answersBound)) expected); \(number(row.meanCopies)) copies, "
        + "\(row.tokensProcessed) tokens processed against \(report.tokensProcessed)"
    }
    return lines
  }
}
