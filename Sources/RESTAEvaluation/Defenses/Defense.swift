public import RESTADocuments
public import RESTA

/// A way of answering that should be harder to jailbreak; "none" is one.
public protocol Defense: Sendable {
  /// Its type, such as `resta`.
  var kind: String { get }

  /// Everything that determines its answers apart from the seed, with effective values: part of the
  /// key of a generation in the store.
  var settings: JSONObject { get }

  /// Whether the seed changes the answer. One that does not is run once, however many seeds there are.
  var usesSeed: Bool { get }

  /// Answers one prompt.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The seed of all randomness.
  /// - Returns: The answer, and what it cost in all: every call of the model counts.
  /// - Throws: ``RESTA/RESTAError``, the engine's error, or `CancellationError`.
  func answer(_ prompt: String, from subject: Subject, seed: UInt64) async throws -> DefendedAnswer
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
  /// Why it ended: a ``RESTA/StopReason``, or `rejected` when the defence refused by itself.
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
