import Synchronization

/// A defended conversation with a model.
///
/// ```swift
/// let session = ChatSession(model: model, instructions: "Answer briefly.")
/// let answer = try await session.respond(to: "What is the capital of France?")
/// print(answer.text)
/// ```
///
/// Each answer is generated from the whole transcript, with every user turn perturbed. A turn that fails or is
/// cancelled leaves the transcript as it was. What the model computed for earlier turns is kept, so a turn costs what
/// is new in it, and its answer is the one from nothing; for that, all turns have the noise of one seed.
public final class ChatSession: Sendable {
  private struct State {
    var transcript: [ChatMessage]
    var isResponding = false
  }

  private let model: any LanguageModel
  private let template: ChatTemplate?
  /// With the seed of all turns, where anything is kept.
  package let defense: DefenseSettings
  private let options: GenerationOptions
  private let decoder: DecoderKind
  private let plan: DecodingPlan?
  private let conversations: ConversationCache
  private let isRefusal: (@Sendable (String) -> Bool)?
  // Invariant: the transcript changes only while `isResponding`, and only whole turns enter it.
  private let state: Mutex<State>

  /// Starts a conversation.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - instructions: The system prompt. Default: the template's own, if it has one.
  ///   - transcript: Earlier messages, oldest first, without a system prompt. Default: none.
  ///   - defense: Default: the settings recommended for the model. Without a seed in it the session
  ///     draws one, which is used for every answer; each answer draws its own if nothing is kept.
  ///   - options: Default: at most 256 greedy tokens.
  ///   - template: The chat template. Default: the model's own.
  ///   - decoder: Default: the fast decoder.
  ///   - plan: What the fast decoder may do. Default: the decoder's own plan.
  ///   - conversations: Where what is computed is kept between turns; sessions that share one share
  ///     what they have in common. Default: one of its own, of ``ConversationCache/defaultCells``
  ///     positions. `ConversationCache(cells: 0)` keeps nothing.
  ///   - isRefusal: Whether a text is a refusal, for checkpoints that open the assistant's turn again. Default:
  ///     `nil`, which refuses a defence with those.
  public init(
    model: any LanguageModel, instructions: String? = nil, transcript: [ChatMessage] = [],
    defense: DefenseSettings? = nil, options: GenerationOptions = GenerationOptions(),
    template: ChatTemplate? = nil, decoder: DecoderKind = .fast, plan: DecodingPlan? = nil,
    conversations: ConversationCache = ConversationCache(),
    isRefusal: (@Sendable (String) -> Bool)? = nil
  ) {
    self.model = model
    self.template = template
    self.conversations = conversations
    self.isRefusal = isRefusal
    var defense = defense ?? .recommended(for: model.information)
    if defense.seed == nil, conversations.cells > 0 { defense.seed = .random(in: 0..<1 << 53) }
    self.defense = defense
    self.options = options
    self.decoder = decoder
    self.plan = plan
    let system = instructions.map { [ChatMessage.system($0)] } ?? []
    state = Mutex(State(transcript: system + transcript))
  }

  /// The conversation so far, the system prompt first.
  public var transcript: [ChatMessage] { state.withLock { $0.transcript } }

  /// Whether an answer is being generated.
  public var isResponding: Bool { state.withLock { $0.isResponding } }

  /// Answers a prompt.
  ///
  /// - Parameters:
  ///   - prompt: What the user says.
  ///   - options: Default: the session's.
  /// - Returns: The answer, with its votes and cost.
  /// - Throws: `RESTAError`, with `sessionBusy` while another answer is being generated;
  ///   `CancellationError` when the task is cancelled; the engine's own error, such as `LlamaError`.
  public func respond(
    to prompt: String, options: GenerationOptions? = nil
  ) async throws -> GenerationResult {
    var last: GenerationResult?
    for try await event in streamResponse(to: prompt, options: options) {
      if case .finished(let result) = event { last = result }
    }
    // The stream ends without a result only when it was cancelled.
    guard let last else { throw CancellationError() }
    return last
  }

  /// Answers a prompt, a token at a time.
  ///
  /// Nothing runs until the stream is iterated. Cancelling the task, or leaving the loop, stops the model's work.
  ///
  /// - Parameters:
  ///   - prompt: What the user says.
  ///   - options: Default: the session's.
  /// - Returns: The answer as it is generated.
  public func streamResponse(to prompt: String, options: GenerationOptions? = nil) -> ResponseStream
  {
    ResponseStream(session: self, prompt: prompt, options: options ?? self.options)
  }

  /// Makes this the only turn, and gives its generation.
  func begin(_ prompt: String, options: GenerationOptions) throws -> Generation {
    let messages = try state.withLock { state in
      guard !state.isResponding else {
        throw RESTAError(
          .sessionBusy,
          "The session is still answering. Wait for it, or use a session for each conversation.")
      }
      state.isResponding = true
      return state.transcript + [.user(prompt)]
    }
    do {
      return try Generation(
        model: model, messages: messages, template: template, defense: defense, options: options,
        decoder: decoder, plan: plan, conversations: conversations.share(of: ""),
        probe: try isRefusal.flatMap {
          try CheckpointProbe(for: defense, model: model, template: template, isRefusal: $0)
        })
    } catch {
      end(prompt, answer: nil)
      throw error
    }
  }

  /// Ends the turn; with an answer, it enters the transcript.
  func end(_ prompt: String, answer: String?) {
    state.withLock { state in
      if let answer { state.transcript += [.user(prompt), .assistant(answer)] }
      state.isResponding = false
    }
  }
}

/// The answer of a ``ChatSession`` as it is generated.
public struct ResponseStream: AsyncSequence, Sendable {
  /// Tokens, and the result at the end.
  public typealias Element = GenerationEvent
  /// `RESTAError`, `CancellationError`, or the engine's own error, such as `LlamaError`.
  public typealias Failure = any Error

  let session: ChatSession
  let prompt: String
  let options: GenerationOptions

  /// Starts the answer when its first event is asked for.
  public func makeAsyncIterator() -> Iterator {
    Iterator(self)
  }

  /// Runs one turn of the session.
  public struct Iterator: AsyncIteratorProtocol {
    private let stream: ResponseStream
    private var turn: Turn?
    private var generation: Generation.Iterator?
    private var ended = false

    fileprivate init(_ stream: ResponseStream) {
      self.stream = stream
    }

    /// The next event, or `nil` after the last one.
    ///
    /// - Throws: `RESTAError`; `CancellationError` when the task is cancelled; the engine's own error.
    public mutating func next() async throws -> GenerationEvent? {
      guard !ended else { return nil }
      // Set before anything can throw: asking on after an error must not start the turn again.
      ended = true
      var iterator: Generation.Iterator
      if let generation {
        iterator = generation
      } else {
        let generation = try stream.session.begin(stream.prompt, options: stream.options)
        turn = Turn(session: stream.session, prompt: stream.prompt)
        iterator = generation.makeAsyncIterator()
      }
      do {
        let event = try await iterator.next()
        generation = iterator
        if case .finished(let result) = event {
          turn?.end(answer: result.text)
        } else {
          ended = false
        }
        return event
      } catch {
        turn?.end(answer: nil)
        throw error
      }
    }
  }

  /// Holds the session's turn; an iterator that is dropped half-way gives it back.
  private final class Turn {
    private let session: ChatSession
    private let prompt: String
    private var ended = false

    init(session: ChatSession, prompt: String) {
      self.session = session
      self.prompt = prompt
    }

    deinit { end(answer: nil) }

    func end(answer: String?) {
      guard !ended else { return }
      ended = true
      session.end(prompt, answer: answer)
    }
  }
}
