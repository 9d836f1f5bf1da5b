import RESTA

/// What a reply may show of the defence, by what the operator allows and the request asks for.
struct ReplyContents: Sendable {
  let batch: AnswerBatch
  let exposure: Exposure
  let tokenizer: any Tokenizer

  /// The defence; `nil` when it is not shown.
  var settings: RestaSettings? {
    exposure >= .settings ? RestaSettings(batch.defense, sticky: batch.isSticky) : nil
  }

  /// The `x-resta-` headers.
  var headers: [(String, String)] {
    guard let settings else { return [] }
    return [
      ("x-resta-noise", settings.noise.rawValue), ("x-resta-sigma", "\(settings.sigma)"),
      ("x-resta-sigma-unit", settings.sigmaUnit.rawValue),
      ("x-resta-samples", "\(settings.samples)"), ("x-resta-prefix", "\(settings.prefix)"),
      ("x-resta-sticky", "\(settings.sticky)"),
    ]
  }

  /// The policy has refused to show votes where the operator does not.
  private var showsVotes: Bool { batch.answer.defense.votes }

  /// What the first chunk of an answer shows.
  func opening(_ index: Int) -> RestaChoice { RestaChoice(prompt: prompt(index)) }

  /// What the last chunk of an answer shows.
  func closing(_ result: GenerationResult) -> RestaChoice {
    var choice = RestaChoice()
    if exposure >= .cost { choice.cost = TotalsReport(result.totals) }
    if showsVotes {
      // Noise that will be drawn again is a secret; noise that was drawn once is not.
      choice.seed = batch.isSticky ? nil : result.settings.defense.seed
      choice.samplingSeed = result.settings.samplingSeed
    }
    return choice
  }

  /// What an answer that comes in one piece shows.
  func whole(_ result: GenerationResult, _ index: Int) -> RestaChoice {
    var choice = closing(result)
    choice.prompt = prompt(index)
    if showsVotes {
      choice.votes = result.votes.map { VoteReport($0, tokenizer: tokenizer) }
    }
    return choice
  }

  /// The vote for a token; `nil` when there was none, or it is not shown.
  func vote(of token: GeneratedToken) -> VoteReport? {
    showsVotes ? token.vote.map { VoteReport($0, tokenizer: tokenizer) } : nil
  }

  /// Log-probabilities; `nil` when they are not asked for.
  func logProbabilities(of tokens: [GeneratedToken]) -> [TokenLogProbability]? {
    guard let count = batch.answer.logProbabilities else { return nil }
    return tokens.compactMap {
      TokenLogProbability($0, alternatives: count, tokenizer: tokenizer)
    }
  }

  /// How far a token moves the offset of the next one, as ``CompletionLogProbabilities`` counts it.
  func scalars(in token: GeneratedToken) -> Int {
    CompletionLogProbabilities.scalars(in: tokenizer.bytes(of: token.id))
  }

  /// What answers used.
  func usage(of answers: [CollectedAnswer]) -> ReplyUsage {
    usage(answerTokens: answers.reduce(0) { $0 + $1.result.tokenIDs.count })
  }

  /// What answers of so many tokens used.
  func usage(answerTokens: Int) -> ReplyUsage {
    ReplyUsage(promptTokens: batch.cost.promptTokens.reduce(0, +), completionTokens: answerTokens)
  }

  private func prompt(_ index: Int) -> [RestaPromptToken]? {
    guard showsVotes else { return nil }
    return RestaPromptToken.list(
      batch.generations[index].prompt, defense: batch.defense, tokenizer: tokenizer)
  }
}
