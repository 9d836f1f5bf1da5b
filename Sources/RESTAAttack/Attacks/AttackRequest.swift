package import RESTA

/// What an attacker sends.
///
/// All of it is the attacker's; the operator's system prompt is the target's own.
package struct AttackRequest: Sendable, Hashable, Codable {
  /// The conversation, which ends with the user's message.
  package var messages: [ChatMessage]
  /// How the answer is made to begin.
  package var opening: AnswerOpening?
  /// What of the answer is judged: what stands behind the first line that is this; all of it by default.
  package var marker: String?
  /// How many tokens longer than others the answer may be, for what is asked for in front.
  package var extraTokens = 0
  /// Which of an attack's variants it is, for tables.
  package var variant: String?

  /// A user's message, alone or behind other turns.
  package init(_ prompt: String, behind turns: [ChatMessage] = [], variant: String? = nil) {
    messages = turns + [.user(prompt)]
    self.variant = variant
  }

  /// The user's last message.
  package var prompt: String { messages.last?.content ?? "" }

  /// Whether the prompt alone says all of it.
  var isPlain: Bool { messages.count == 1 && opening == nil && marker == nil }

  /// The system prompt and the other turns: as templates take one system message, the attacker's stands behind the
  /// operator's.
  func parts(behind system: String?) -> (system: String?, turns: [ChatMessage]) {
    guard let first = messages.first, first.role == .system else { return (system, messages) }
    let texts = [system, first.content].compactMap(\.self)
    return (texts.joined(separator: "\n\n"), Array(messages.dropFirst()))
  }

  /// All that is sent, for seeds and digests.
  var texts: [String] {
    messages.flatMap { [$0.role.rawValue, $0.content] }
      + [opening?.text ?? "", opening.map { "\($0.countsInWindow)" } ?? "", "\(extraTokens)"]
  }
}
