/// One generation under way: turns the decoder's tokens into events, and knows when to stop.
final class GenerationRun {
  /// What the decoder's work is done in.
  let account: any DecodingAccount
  private let conversation: (kept: KeptConversation, sequences: Sequences)?
  private let job: DecodingJob
  private let stopwatch: Stopwatch
  private var decoder: any TokenDecoder
  private var assembler: TextAssembler
  private var text = ""
  private var tokens: [TokenID] = []
  private var votes: [VoteRecord] = []
  private var probes: [ProbeRecord] = []
  private var firstToken: Double?
  private var stopReason: StopReason?
  /// Time between being asked for an event and giving it, in seconds.
  private var activeSeconds: Double

  init(
    job: DecodingJob, decoder: any TokenDecoder, account: any DecodingAccount,
    conversation: (kept: KeptConversation, sequences: Sequences)? = nil, stopwatch: Stopwatch,
    preparationSeconds: Double
  ) {
    self.job = job
    self.decoder = decoder
    self.account = account
    self.conversation = conversation
    self.stopwatch = stopwatch
    activeSeconds = preparationSeconds
    assembler = TextAssembler(stop: job.options.stop)
  }

  /// The next token; when the answer is complete the text held back, then the result.
  func next() async throws -> GenerationEvent {
    let start = stopwatch.seconds
    if let stopReason { return try end(stopReason) }
    defer { activeSeconds += stopwatch.seconds - start }
    if decoder.window.isProbed(tokens.count), let probe = job.probe {
      let votes = try await decoder.probe(behind: probe.header)
      let record = ProbeRecord(at: tokens.count, votes: votes, of: probe, tokenizer: job.tokenizer)
      probes.append(record)
      if record.isRefusal { return try end(.checkpointRefusal) }
    }
    let decision = try await decoder.next()
    if let vote = decision.vote { votes.append(vote) }
    guard let token = decision.token else { return try end(.abstained) }
    if decision.endsAtCheckpoint { return try end(.checkpoint) }
    if job.ends(token) { return try end(.endOfGeneration) }
    if firstToken == nil { firstToken = stopwatch.seconds }
    let bytes = job.tokenizer.bytes(of: token)
    decoder.append(token, bytes: bytes)
    tokens.append(token)
    let delta = assembler.append(bytes)
    text += delta
    if assembler.isStopped {
      stopReason = .stopString
    } else if tokens.count == job.maximumTokens {
      stopReason = job.maximumTokens < job.options.maximumTokens ? .contextFull : .maximumTokens
    }
    return .token(
      GeneratedToken(
        position: tokens.count - 1, id: token, text: delta, vote: decision.vote,
        logProbabilities: decision.logProbabilities))
  }

  private func end(_ reason: StopReason) throws(RESTAError) -> GenerationEvent {
    stopReason = reason
    guard !decoder.window.neverOpened else {
      throw RESTAError(
        reason == .endOfGeneration ? .windowNeverOpened : .windowNotReached,
        "The answer of \(tokens.count) tokens ended before the text behind which voting starts "
          + "('\(job.defense.window.text ?? "")'), so nothing of it was defended. Set "
          + "prefix_after_limit to start voting without that text, or leave prefix_after out.")
    }
    let rest = assembler.finish()
    guard rest.isEmpty else {
      text += rest
      return .text(rest)
    }
    var totals = account.totals
    totals.firstTokenSeconds = firstToken
    totals.wallSeconds = stopwatch.seconds
    // What reading logits took inside of passes is there already; the rest is what is no pass.
    totals.bookkeepingSeconds += max(
      0, activeSeconds - totals.prefillSeconds - totals.decodeSeconds)
    return .finished(
      GenerationResult(
        text: text, tokenIDs: tokens, stopReason: reason,
        promptTokens: job.prompt.count,
        cachedTokens: conversation.map { $0.kept.isOwn ? $0.sequences.inheritedTokens : 0 } ?? 0,
        defusedControlText: job.defusedControlText,
        settings: job.settings, votedFrom: decoder.window.opening, votes: votes,
        probes: probes, totals: totals))
  }

  /// Gives the room back, once the answer is complete, and keeps what is in it for the next turn.
  func keep() async {
    guard let conversation else { return await account.release() }
    await conversation.kept.keep(conversation.sequences, answer: tokens)
  }
}

/// What the work of a decoder is done in: sequences of an engine, or streams of one.
protocol DecodingAccount: AnyObject {
  /// What it has cost so far.
  var totals: GenerationTotals { get }

  /// Ends what is under way, and gives the room back.
  func release() async
}
