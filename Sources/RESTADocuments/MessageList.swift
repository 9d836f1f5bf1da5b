package import RESTA

/// A conversation in the form that OpenAI's chat API takes: the one reader of it, for files and requests.
///
/// What a prompt has no place for (tool calls, images, earlier reasoning, the opening of an answer) is
/// refused by name; other keys of a message are left out and named in ``unknown``.
package struct MessageList {
  /// Why it cannot be read.
  package struct Fault: Error, Equatable {
    /// The member, such as `messages[3].content[0].text`.
    package let path: String
    /// What is wrong with it, without anything that is there.
    package let message: String
    /// Whether it is something that others support.
    package var isUnsupported = false
    /// The name that is there instead, of a role or of a kind of part; it may be any text.
    package var found: String?
  }

  package private(set) var messages: [ChatMessage] = []
  /// Keys that are not read, the first few, by the first message that has them.
  package private(set) var unknown: [(message: String, key: String)] = []

  private static let unknownLimit = 16

  /// What a message may have.
  package static let keys = ["role", "content", "name", "tool_name", "tool_call_id", "refusal"]

  /// Reads a list, whose path is `messages`; throws for the first thing that is not understood.
  package init(
    _ list: JSONValue, roles: Set<ChatMessage.Role> = Set(ChatMessage.Role.allCases)
  ) throws(Fault) {
    let member = Member(value: list, path: "messages")
    let elements = try member.elements("an array of messages")
    guard !elements.isEmpty else { throw member.fault("must hold at least one message") }
    for element in elements { messages.append(try read(element, roles)) }
  }

  private mutating func read(
    _ element: Member, _ roles: Set<ChatMessage.Role>
  ) throws(Fault) -> ChatMessage {
    var rest = try element.object("a message object").withoutNulls
    for (names, instead) in Self.refused {
      for name in names {
        guard let value = rest.removeValue(forKey: name), !Self.isEmpty(value) else { continue }
        throw element[name].unsupported("is not supported: \(instead)")
      }
    }
    for key in Self.keys + Self.harmless { _ = rest.removeValue(forKey: key) }
    note(rest, at: element.path)
    for part in (try? element["content"].elements("")) ?? [] {
      guard var rest = part.value.object?.withoutNulls else { continue }
      for key in Self.partKeys { _ = rest.removeValue(forKey: key) }
      note(rest, at: part.path)
    }
    let role = try Self.role(element["role"], roles)
    var name: String?
    for member in [element["name"], element["tool_name"]] where member.value != .null {
      let text = try member.text()
      guard !text.isEmpty, text != name else { continue }
      guard name == nil else { throw member.fault("differs from 'name': give only one of them") }
      name = text
    }
    return ChatMessage(role: role, content: try Self.content(of: element, role), name: name)
  }

  /// Takes down keys that are not read.
  private mutating func note(_ rest: JSONObject, at path: String) {
    for key in rest.isEmpty ? [] : rest.keys where unknown.count < Self.unknownLimit {
      guard !unknown.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else { continue }
      unknown.append((path, key))
    }
  }
}

extension MessageList {
  /// What would be lost, and what to do instead.
  private static let refused: [(names: [String], instead: String)] = [
    (
      ["tool_calls", "function_call", "reasoning", "reasoning_content", "thinking"],
      "leave it out, or write it into the content"
    ),
    (["audio", "images", "files", "documents"], "only text is read"),
    (["tools", "functions"], "there are no tools here"),
    (
      ["prefix", "partial", "continue_final_message"],
      "an answer begins a message, and continues none"
    ),
  ]

  /// What others write beside a message and no template prints.
  private static let harmless = [
    "id", "object", "type", "status", "annotations", "created", "created_at", "timestamp",
    "metadata", "weight", "cache_control", "citations",
  ]

  private static func isEmpty(_ value: JSONValue) -> Bool {
    if let text = value.string { return text.utf8.isEmpty }
    return [.null, .array([]), .object(JSONObject()), .bool(false)].contains(value)
  }

  // MARK: - Roles

  /// Other names of the roles: OpenAI's for its reasoning models, and for tools before there were tools.
  private static let otherRoles: [String: ChatMessage.Role] = [
    "developer": .system, "function": .tool,
  ]

  /// What other formats call the roles: refused, as a name is no proof of what is meant.
  private static let foreignRoles: [String: ChatMessage.Role] = [
    "human": .user, "gpt": .assistant, "model": .assistant, "bot": .assistant, "ai": .assistant,
    "chatbot": .assistant, "observation": .tool, "ipython": .tool,
  ]

  private static func role(
    _ member: Member, _ allowed: Set<ChatMessage.Role>
  ) throws(Fault) -> ChatMessage.Role {
    let names = ChatMessage.Role.allCases.filter(allowed.contains).map(\.rawValue)
    let list = "one of \(names.joined(separator: ", "))"
    let name = try member.text(list)
    // No role is long, and comparing hostile texts takes minutes.
    let short = name.utf8.count <= 32 ? name : ""
    guard let role = otherRoles[short] ?? ChatMessage.Role(rawValue: short) else {
      let meant =
        foreignRoles[short.lowercased()]?.rawValue
        ?? (short.isEmpty ? nil : Suggestion.nearest(to: short, among: names + ["developer"]))
      throw member.fault(
        "is not a role; it must be \(list)" + (meant.map { "; did you mean '\($0)'?" } ?? ""),
        found: name)
    }
    guard allowed.contains(role) else {
      throw member.fault("is '\(name)', a role that is not allowed here; it must be \(list)")
    }
    return role
  }

  // MARK: - Content

  /// What a part may have, read or harmless.
  private static let partKeys = [
    "type", "text", "refusal", "id", "annotations", "logprobs", "cache_control",
  ]

  /// What a part of another kind is; each is refused by its name.
  private static let otherParts: Set = [
    "image", "image_url", "input_image", "audio", "audio_url", "input_audio", "video", "video_url",
    "input_video", "file", "input_file", "document", "thinking", "reasoning", "tool_use",
    "tool_call", "tool_result", "tool_reference", "refusal",
  ]

  private static func content(
    of message: Member, _ role: ChatMessage.Role
  ) throws(Fault) -> String {
    let content = message["content"]
    let refusal = message["refusal"]
    // So OpenAI returns what the model said where it refused.
    if role == .assistant, content.value == .null, let text = refusal.value.string, !text.isEmpty {
      return text
    }
    guard isEmpty(refusal.value) else {
      throw refusal.unsupported("is not supported beside a content: leave one of them out")
    }
    if let text = content.value.string { return text }
    let parts = try content.elements("a string or an array of text parts")
    guard !parts.isEmpty else { throw content.fault("must hold at least one part") }
    // A line each: glued together, the end of one and the beginning of the next would be another word.
    return try parts.map { (part) throws(Fault) in
      _ = try part.object("a part object")
      return try text(of: part, role)
    }.joined(separator: "\n")
  }

  private static func text(of part: Member, _ role: ChatMessage.Role) throws(Fault) -> String {
    let type = part["type"]
    let found = try type.text("\"text\"")
    switch found.utf8.count <= 32 ? found : "" {
    case "text", "input_text", "output_text": return try part["text"].text()
    case "refusal" where role == .assistant: return try part["refusal"].text()
    case let name:
      let isKnown = otherParts.contains(name)
      throw type.unsupported(
        "must be \"text\"" + (isKnown ? ": parts of type '\(name)' are not supported" : ""),
        found: isKnown ? nil : found)
    }
  }

  private struct Member {
    let value: JSONValue
    let path: String

    subscript(name: String) -> Member {
      Member(value: value.object?[name] ?? .null, path: "\(path).\(name)")
    }

    func elements(_ what: String) throws(Fault) -> [Member] {
      guard let elements = value.array else { throw expected(what) }
      return elements.enumerated().map { Member(value: $1, path: "\(path)[\($0)]") }
    }

    func object(_ what: String) throws(Fault) -> JSONObject {
      guard let object = value.object else { throw expected(what) }
      return object
    }

    func text(_ what: String = "a string") throws(Fault) -> String {
      guard let text = value.string else { throw expected(what) }
      return text
    }

    func expected(_ what: String) -> Fault {
      fault(
        value == .null ? "is missing; it must be \(what)" : "must be \(what), not \(value.kind)")
    }

    func fault(_ what: String, found: String? = nil) -> Fault {
      Fault(path: path, message: what, found: found)
    }

    func unsupported(_ what: String, found: String? = nil) -> Fault {
      Fault(path: path, message: what, isUnsupported: true, found: found)
    }
  }
}

extension JSONValue {
  /// What it is, for errors, which never hold the value itself.
  package var kind: String {
    switch self {
    case .integer: "an integer"
    case .string: "a string"
    default: kindInWords
    }
  }
}
