/// One message of a chat: who says it, and what.
///
/// The content is data: whatever it holds (control strings, template syntax, odd line ends), it
/// reaches the prompt as the bytes it is, apart from what the model's own template does to it.
public struct ChatMessage: Sendable, Hashable, Codable {
  /// Who a message is from.
  ///
  /// A closed set, because templates print the role between control tokens: a free string here
  /// would be a way to write control tokens.
  public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// Instructions of the operator.
    case system
    /// The user of the chat.
    case user
    /// The model.
    case assistant
    /// What a tool or a document search returned.
    case tool
  }

  /// Who the message is from.
  public var role: Role

  /// The message's text, any Unicode scalars, possibly empty.
  public var content: String

  /// The name of the participant or of the tool, where the chat gives one.
  ///
  /// Templates that print names get it as `message.name`; others ignore it. Default: `nil`.
  public var name: String?

  /// Makes a message; by default it has no name.
  public init(role: Role, content: String, name: String? = nil) {
    self.role = role
    self.content = content
    self.name = name
  }

  /// Makes a system message.
  public static func system(_ content: String) -> ChatMessage {
    ChatMessage(role: .system, content: content)
  }

  /// Makes a user message.
  public static func user(_ content: String) -> ChatMessage {
    ChatMessage(role: .user, content: content)
  }

  /// Makes a message of the model.
  public static func assistant(_ content: String) -> ChatMessage {
    ChatMessage(role: .assistant, content: content)
  }

  /// Makes a tool's message.
  public static func tool(_ content: String) -> ChatMessage {
    ChatMessage(role: .tool, content: content)
  }
}
