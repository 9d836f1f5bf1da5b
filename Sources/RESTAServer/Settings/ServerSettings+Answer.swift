import RESTA

extension ServerSettings {
  /// What is put into every prompt.
  public struct Prompt: Sendable, Hashable {
    /// A system prompt in front of every conversation; not empty.
    ///
    /// Default: `nil`, none.
    public var system: String?

    /// Makes the default settings.
    public init() {}
  }

  /// What an answer is like when its request does not say.
  public struct Answer: Sendable, Hashable {
    /// The most tokens of an answer, from 1 to ``Limits/answerTokens``.
    ///
    /// Default: 256.
    public var maxTokens = 256
    /// The sampling temperature behind the voted prefix, in `0...2`; 0 is greedy.
    ///
    /// Default: 0. Sampling makes refusals less certain.
    public var temperature: Double = 0

    /// Makes the default settings.
    public init() {}
  }
}

extension ServerSettings {
  static let answerTable: [Setting<ServerSettings>] = [
    Setting(
      "prompt.system", \.prompt.system, .optional(.text),
      "A system prompt in front of every conversation."),
    Setting(
      "answer.max_tokens", \.answer.maxTokens, .integer(1...),
      "The most tokens of an answer whose request does not say; at most limits.answer_tokens."),
    Setting(
      "answer.temperature", \.answer.temperature, .number(0...2),
      "The temperature of an answer whose request does not say; 0 is greedy."),
  ]
}
