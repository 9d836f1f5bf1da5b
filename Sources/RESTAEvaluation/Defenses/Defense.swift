public import RESTA
public import RESTADocuments
import RESTARefusals

/// A way of answering that should be harder to jailbreak; "none" is one.
public protocol Defense: Sendable {
  /// Its type, such as `resta`.
  var kind: String { get }

  /// Everything that determines its answers apart from the seed, with effective values: part of the
  /// key of a generation in the store.
  var settings: JSONObject { get }

  /// Whether the seed changes the answer. One that does not is run once, however many seeds there are.
  var usesSeed: Bool { get }

  /// Checks every setting; an evaluation's plan does so once, before anything is answered.
  ///
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`, naming the value and its range. The
  ///   default finds nothing wrong.
  func validate() throws(EvaluationError)

  /// Answers one prompt; the settings are valid.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The seed of all randomness.
  /// - Returns: The answer, and what it cost in all: every call of the model counts.
  /// - Throws: `RESTA.RESTAError`, the engine's error, or `CancellationError`.
  func answer(_ prompt: String, from subject: Subject, seed: UInt64) async throws -> DefendedAnswer
}

extension Defense {
  /// Finds nothing wrong.
  public func validate() throws(EvaluationError) {}
}

/// The model under test, and how it is asked.
public struct Subject: Sendable {
  /// The model.
  public var model: any LanguageModel
  /// The chat template; `nil` is the model's own.
  public var template: ChatTemplate?
  /// The system prompt; `nil` is what the template does without one.
  public var system: String?
  /// Length, stop strings and sampling.
  public var options: GenerationOptions
  /// Turns between the system prompt and the user's message: none, but for attacks that write some.
  package var earlier: [ChatMessage] = []
  /// A beginning of the answer that an attack forces; what is answered begins behind it.
  package var opening: AnswerOpening?

  /// Names a model and how it is asked.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: Default: the model's own.
  ///   - system: Default: none.
  ///   - options: Length, stop strings and sampling.
  public init(
    model: any LanguageModel, template: ChatTemplate? = nil, system: String? = nil,
    options: GenerationOptions
  ) {
    self.model = model
    self.template = template
    self.system = system
    self.options = options
  }
}

/// An answer and what it cost.
public struct DefendedAnswer: Sendable, Hashable, Codable {
  /// The answer.
  public var text: String
  /// Its tokens; empty for an answer that the defence itself gave.
  public var tokenIDs: [TokenID]
  /// Why it ended: a `RESTA.StopReason`, or `rejected` when the defence refused by itself.
  public var stopReason: String
  /// The tokens of the rendered prompt.
  public var promptTokens: Int
  /// One record for each position that was voted on.
  public var votes: [VoteRecord]
  /// Forward passes, over all calls of the model.
  public var passes: Int
  /// Positions computed in them.
  public var tokensProcessed: Int
  /// Wall-clock time, in seconds.
  public var seconds: Double
  /// What else is worth knowing, such as the perplexity that a filter saw.
  public var notes: JSONObject

  /// Makes an answer.
  ///
  /// - Parameters:
  ///   - text: The answer.
  ///   - tokenIDs: Its tokens. Default: none.
  ///   - stopReason: Why it ended.
  ///   - promptTokens: The tokens of the rendered prompt. Default: 0.
  ///   - votes: The votes. Default: none.
  ///   - passes: Forward passes. Default: 0.
  ///   - tokensProcessed: Positions computed. Default: 0.
  ///   - seconds: Wall-clock time. Default: 0.
  ///   - notes: What else is worth knowing. Default: nothing.
  public init(
    text: String, tokenIDs: [TokenID] = [], stopReason: String, promptTokens: Int = 0,
    votes: [VoteRecord] = [], passes: Int = 0, tokensProcessed: Int = 0, seconds: Double = 0,
    notes: JSONObject = [:]
  ) {
    self.text = text
    self.tokenIDs = tokenIDs
    self.stopReason = stopReason
    self.promptTokens = promptTokens
    self.votes = votes
    self.passes = passes
    self.tokensProcessed = tokensProcessed
    self.seconds = seconds
    self.notes = notes
  }
}

/// No defence: the model's own answer, which everything else is compared with.
public struct Undefended: ConfiguredDefense {
  package static let kind = "none"
  package static let defaults = Undefended()
  package static let table: [Setting<Undefended>] = []

  /// `none`.
  public var kind: String { Self.kind }

  /// None.
  public var settings: JSONObject { [:] }

  /// Not by itself; with a ``Subject`` that samples at a temperature the seed is the sampling's.
  public var usesSeed: Bool { false }

  /// Makes it.
  public init() {}

  /// Answers one prompt.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    DefendedAnswer(try await subject.respond(to: prompt, seed: seed))
  }
}

extension Subject {
  /// The conversation in which a prompt is the user's last message.
  package func messages(_ prompt: String) -> [ChatMessage] {
    (system.map { [.system($0)] } ?? []) + earlier + [.user(prompt)]
  }

  /// The prompt as the model sees it.
  package func tokenize(_ prompt: String) throws -> TokenizedPrompt {
    let tokenized = try Generation.tokenize(messages(prompt), for: model, template: template)
    guard let opening else { return tokenized }
    return try tokenized.opened(with: opening, tokenizer: model.tokenizer)
  }

  /// Asks the model.
  ///
  /// Both seeds are always given: one left open would be drawn, and the answer could not be made
  /// again. They may be equal, since noise and sampling have streams of their own.
  func respond(
    to prompt: String, defense: DefenseSettings = .none, sampling: SamplingSettings? = nil,
    decoder: DecoderKind = .fast, seed: UInt64
  ) async throws -> GenerationResult {
    var defense = defense
    defense.seed = seed
    var options = options
    if let sampling { options.sampling = sampling }
    options.sampling.seed = seed
    return try await Generation(
      model: model, prompt: tokenize(prompt), defense: defense, options: options, decoder: decoder,
      probe: CheckpointProbe(for: defense, model: model, template: template) {
        RefusalPhraseJudge().isRefusal($0)
      }
    ).result()
  }
}

extension DefendedAnswer {
  init(_ result: GenerationResult, notes: JSONObject = [:]) {
    self.init(
      text: result.text, tokenIDs: result.tokenIDs, stopReason: result.stopReason.rawValue,
      promptTokens: result.promptTokens, votes: result.votes, passes: result.totals.passes,
      tokensProcessed: result.totals.tokensProcessed, seconds: result.totals.wallSeconds,
      notes: notes)
  }

  /// The stop reason of an answer that the defence itself gave, without the model.
  package static let rejected = "rejected"
  /// What a defence says that refuses by itself; ``RefusalPhraseJudge`` knows it for a refusal.
  package static let refusalText = "I'm sorry, but I can't help with that."

  static func rejection(promptTokens: Int = 0) -> DefendedAnswer {
    DefendedAnswer(text: refusalText, stopReason: rejected, promptTokens: promptTokens)
  }
}
