import RESTA

/// What the operator's settings say about requests: defaults and limits.
struct RequestDefaults: Sendable {
  /// The most tokens of an answer when a request names no limit.
  var maximumTokens: Int
  /// The temperature when a request names none.
  var temperature: Double
  /// The most tokens that a request may ask for.
  var answerLimit: Int
  /// The most answers that one request may ask for.
  var choiceLimit: Int
  /// The roles that messages may have.
  var roles: Set<ChatMessage.Role>
}
