// The three steps of the method: 1, the perturbed copies, is DecodingJob; 2, the vote on a token of
// the smoothed prefix, is Ballot; 3, ordinary decoding, is TokenSampler. ReferenceDecoder puts them
// together in one screen, FastDecoder for a fraction of the cost.

/// An answer as an asynchronous sequence of its tokens.
///
/// Nothing runs until the first event is asked for, and nothing runs ahead of who asks: cancelling
/// the task that iterates stops the engine's work within milliseconds, and leaving the loop early
/// frees the model's memory. Iterating twice generates twice, with the same seeds.
///
/// ```swift
/// let generation = try Generation(
///   model: model, messages: [.user("Name three primary colours.")],
///   defense: .recommended(for: model.information))
/// for try await event in generation {
///   if case .token(let token) = event { print(token.text, terminator: "") }
///   if case .text(let rest) = event { print(rest, terminator: "") }
/// }
/// ```
public struct Generation: AsyncSequence, Sendable {
  /// Tokens, and the result at the end.
  public typealias Element = GenerationEvent
  /// `RESTAError`, `CancellationError`, or the engine's own error, such as `LlamaError`.
  public typealias Failure = any Error

  /// The prompt as the model sees it.
  public let prompt: TokenizedPrompt
  /// The seed of the noise that is used: the one given, or the one drawn.
  public let noiseSeed: UInt64
  /// The seed of ordinary sampling that is used.
  public let samplingSeed: UInt64

  private let model: any LanguageModel
  private let defense: DefenseSettings
  private let options: GenerationOptions
  private let decoder: DecoderKind
  private let plan: DecodingPlan?
  private let conversations: ConversationCache.Share?
  private let probe: CheckpointProbe?
  private let clock: any Clock<Duration>

  /// Prepares the answer to a conversation.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - messages: The conversation; the last message is what is answered.
  ///   - template: The chat template. Default: the model's own.
  ///   - defense: The defence. ``DefenseSettings/none`` switches it off.
  ///   - options: Length, stop strings and sampling. Default: 256 greedy tokens.
  ///   - decoder: Default: the fast decoder.
  ///   - plan: What the fast decoder may do. Default: the decoder's own plan.
  ///   - conversations: Where what is computed is kept for the next turn, and is taken from; the
  ///     reference decoder uses none. Default: nowhere.
  ///   - probe: What checkpoints need that open the assistant's turn again; others use none.
  /// - Throws: `RESTAError` with `invalidTemplate` when there is no template, `invalidMessages` when there
  ///   are no messages, `templateFailed` when it refuses them, `engineFailed` when their text cannot be
  ///   tokenised, `invalidSetting` for a value out of range.
  public init(
    model: any LanguageModel, messages: [ChatMessage], template: ChatTemplate? = nil,
    defense: DefenseSettings, options: GenerationOptions = GenerationOptions(),
    decoder: DecoderKind = .fast, plan: DecodingPlan? = nil,
    conversations: ConversationCache.Share? = nil, probe: CheckpointProbe? = nil
  ) throws {
    let prompt = try Self.tokenize(messages, for: model, template: template)
    try self.init(
      model: model, prompt: prompt, defense: defense, options: options, decoder: decoder,
      plan: plan, conversations: conversations, probe: probe)
  }

  /// Prepares the answer to a prompt that is tokenised already, with all else as for a conversation; a value out of
  /// range is a `RESTAError` with `invalidSetting`.
  public init(
    model: any LanguageModel, prompt: TokenizedPrompt, defense: DefenseSettings,
    options: GenerationOptions = GenerationOptions(), decoder: DecoderKind = .fast,
    plan: DecodingPlan? = nil, conversations: ConversationCache.Share? = nil,
    probe: CheckpointProbe? = nil
  ) throws {
    try self.init(
      model: model, prompt: prompt, defense: defense, options: options, decoder: decoder,
      plan: plan, conversations: conversations, probe: probe,
      generator: SystemRandomNumberGenerator(),
      clock: ContinuousClock())
  }

  /// For tests, which draw their own seeds and tell the time.
  package init(
    model: any LanguageModel, prompt: TokenizedPrompt, defense: DefenseSettings,
    options: GenerationOptions = GenerationOptions(), decoder: DecoderKind = .fast,
    plan: DecodingPlan? = nil, conversations: ConversationCache.Share? = nil,
    probe: CheckpointProbe? = nil, generator: any RandomNumberGenerator, clock: any Clock<Duration>
  ) throws {
    try defense.validate()
    try options.validate()
    try plan?.validate()
    try defense.check(for: model)
    self.probe = defense.probes ? probe : nil
    guard self.probe != nil || !defense.probes else { throw CheckpointProbe.missing }
    var generator = generator
    self.model = model
    self.prompt = prompt
    self.defense = defense
    self.options = options
    self.decoder = decoder
    self.plan = decoder == .fast ? plan ?? .fast : decoder.plan
    self.conversations = decoder == .reference ? nil : conversations
    self.clock = clock
    // 53 bits, so that a seed survives every JSON reader on its way back.
    noiseSeed = defense.seed ?? generator.next() >> 11
    samplingSeed = options.sampling.seed ?? generator.next() >> 11
  }

  /// Renders and tokenises a conversation.
  ///
  /// - Parameters:
  ///   - messages: The conversation, at least one message.
  ///   - model: The model whose vocabulary is used.
  ///   - template: The chat template. Default: the model's own.
  /// - Returns: The prompt with the spans of its content.
  /// - Throws: `RESTAError` with `invalidTemplate`, `invalidMessages`, `engineFailed`, or `templateFailed`:
  ///   also for a template that loses some of a message.
  public static func tokenize(
    _ messages: [ChatMessage], for model: any LanguageModel, template: ChatTemplate? = nil
  ) throws -> TokenizedPrompt {
    guard !messages.isEmpty else {
      throw RESTAError(.invalidMessages, "There is no message to answer.")
    }
    guard let template = try template ?? model.chatTemplate else {
      throw RESTAError(
        .invalidTemplate,
        "'\(model.information.name)' has no chat template: it is a base model, or its file lost it. "
          + "Name one with --chat-template (\(ChatTemplate.builtInNames.joined(separator: ", ")), "
          + "or a file), or ChatTemplate.builtIn(_:) in code.")
    }
    return try PromptTokenizer(model.tokenizer).tokenize(template.render(messages))
  }

  /// Generates the whole answer.
  ///
  /// - Returns: The result.
  /// - Throws: `RESTAError`; `CancellationError` when the task is cancelled; the engine's own error.
  public func result() async throws -> GenerationResult {
    for try await event in self {
      if case .finished(let result) = event { return result }
    }
    // The iterator gives `finished` or throws; it gives neither only when it was cancelled.
    throw CancellationError()
  }

  /// Starts the generation.
  public func makeAsyncIterator() -> Iterator {
    Iterator(self)
  }

  /// Runs one generation, an event at a time.
  public struct Iterator: AsyncIteratorProtocol {
    private enum State {
      case ready
      case running(GenerationRun)
      case ended
    }

    private let generation: Generation
    private var state = State.ready

    fileprivate init(_ generation: Generation) {
      self.generation = generation
    }

    /// The next event, or `nil` after the last one.
    ///
    /// - Throws: `RESTAError`; `CancellationError` when the task is cancelled; the engine's own error.
    public mutating func next() async throws -> GenerationEvent? {
      // The answer was given whole: that its task is cancelled now is no error of it.
      if case .ended = state { return nil }
      do {
        try Task.checkCancellation()
        let run: GenerationRun
        if case .running(let current) = state {
          run = current
        } else {
          run = try await generation.start()
          state = .running(run)
        }
        let event = try await run.next()
        if case .finished = event {
          state = .ended
          await run.keep()
        }
        return event
      } catch {
        if case .running(let run) = state { await run.account.release() }
        state = .ended
        throw error
      }
    }
  }

  private func start() async throws -> GenerationRun {
    let streaming = model as? any StreamingModel
    let costs = try await streaming == nil && needsCosts ? model.passCosts() : .typical
    let stopwatch = Stopwatch(clock)
    let job = try await DecodingJob(
      model: model, prompt: prompt, defense: defense, options: options, decoder: decoder,
      plan: plan, probe: probe, noiseSeed: noiseSeed, samplingSeed: samplingSeed)
    let prepared = stopwatch.seconds
    if let streaming {
      let streams = StreamSet(
        try await streaming.streams(for: conversations?.client), stopwatch: stopwatch)
      return GenerationRun(
        job: job, decoder: StreamDecoder(job: job, streams: streams), account: streams,
        stopwatch: stopwatch, preparationSeconds: prepared)
    }
    let conversation = try await KeptConversation(
      conversations, job, model: model, beginning: prompt.operatorTokens)
    let sequences = Sequences(
      conversation.reservation, of: job, stopwatch: stopwatch,
      keepsCopies: defense.seed != nil && conversation.isKept)
    return GenerationRun(
      job: job,
      decoder: job.settings.plan == nil
        ? ReferenceDecoder(job: job, sequences: sequences)
        : FastDecoder(job: job, costs: costs, sequences: sequences),
      account: sequences, conversation: (conversation, sequences), stopwatch: stopwatch,
      preparationSeconds: prepared)
  }

  /// Whether anything is chosen by what passes cost; measuring that takes time, once.
  private var needsCosts: Bool {
    guard let plan, defense.isActive else { return false }
    return plan.draft == .adaptive || plan.firstWave == .adaptive
  }
}
