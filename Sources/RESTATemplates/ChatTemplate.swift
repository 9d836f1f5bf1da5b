/// A model's chat template: Jinja source that turns messages into the prompt's text.
///
/// It renders as Hugging Face's `apply_chat_template` does, and also says which bytes of the prompt
/// came from which message. The subset of Jinja and the differences are in
/// `docs/chat-templates.md`.
///
/// ```swift
/// let template = try ChatTemplate.builtIn("chatml", bosToken: "", eosToken: "<|im_end|>")
/// let prompt = try template.render([.user("Hello")])
/// // prompt.text == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
/// // prompt.spans[0].range == 17..<22
/// ```
///
/// Templates come out of model files, so none is trusted: parsing and rendering are bounded in
/// depth, work and size, and a template can reach nothing but the values given to ``render``.
public struct ChatTemplate: Sendable {
  /// The template's name, `"chatml"` for a built-in one; `nil` for one that has none.
  public let name: String?

  /// The Jinja source.
  public let source: String

  /// What the template sees as `bos_token`.
  public let bosToken: String

  /// What the template sees as `eos_token`.
  public let eosToken: String

  /// What `strftime_now` prints; asked once for each prompt.
  ///
  /// The core has no clock. `LlamaModel` gives its template the system's; a template that is made by
  /// hand gets one with `template.clock = { date }`, which may be the same date each time. Default:
  /// `nil`; the template sees no such function then, and most fall back on a date of their own.
  public var clock: (@Sendable () -> TemplateDate)?

  /// Further variables for the template, such as `enable_thinking`.
  ///
  /// A name given here wins over the standard ones. What a template prints of them is the operator's
  /// and has no span. Default: none.
  public var variables: [String: TemplateVariable] = [:]

  private let program: JinjaProgram

  /// The roles whose content the template wants as a list of parts, and loses as a string.
  private(set) var parts: Set<ChatMessage.Role> = []

  /// Parses a template.
  ///
  /// A byte order mark at its start is no part of it.
  ///
  /// - Parameters:
  ///   - source: Jinja source, as in `tokenizer.chat_template` of a model file.
  ///   - bosToken: Text of the model's begin-of-sequence token. Default: the empty string.
  ///   - eosToken: Text of the model's end-of-sequence token. Default: the empty string.
  ///   - name: A name for messages and records. Default: none.
  /// - Throws: ``RESTAError`` with code `invalidTemplate`, and the line number in its message,
  ///   where the source is empty, isn't Jinja, uses a part of Jinja that is not supported, or nests
  ///   too deep.
  /// - Complexity: O(n) in the source's length, and a few short prompts for a template that may want
  ///   contents as parts.
  public init(
    source: String, bosToken: String = "", eosToken: String = "", name: String? = nil
  ) throws(RESTAError) {
    let scalars = source.unicodeScalars
    let text = scalars.first == "\u{FEFF}" ? String(scalars.dropFirst()) : source
    guard !Self.isEmpty(text) else {
      throw RESTAError(
        .invalidTemplate,
        "The chat template\(Self.label(name)) is empty. Give another with --chat-template.")
    }
    do {
      self.program = try JinjaProgram(source: text)
    } catch {
      throw RESTAError(
        .invalidTemplate, "The chat template\(Self.label(name)) is not valid: \(error.summary)")
    }
    self.name = name
    self.source = text
    self.bosToken = bosToken
    self.eosToken = eosToken
    if text.contains("text") { parts = rolesThatWantParts() }
  }

  /// Whether a source holds nothing but white space, which is as good as no template.
  package static func isEmpty(_ source: String) -> Bool {
    source.unicodeScalars.allSatisfy { $0.isPythonSpace || $0 == "\u{FEFF}" || $0 == "\u{0}" }
  }

  /// Renders messages into a prompt that holds all of them.
  ///
  /// - Parameters:
  ///   - messages: The chat, at least one message.
  ///   - addGenerationPrompt: Whether the prompt ends by opening the model's turn. Default: yes.
  /// - Returns: The prompt's text and the places of the messages' contents in it.
  /// - Throws: ``RESTAError`` with code `invalidMessages` for no messages at all, or
  ///   `templateFailed` where the template refuses the messages (its own message is kept), loses some
  ///   of a message's content (the message is named), fails, or needs more work, depth or text than
  ///   the limits allow.
  /// - Complexity: Whatever the template does, up to the limits.
  public func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true
  ) throws(RESTAError) -> RenderedPrompt {
    try render(messages, behind: [], addGenerationPrompt: addGenerationPrompt)
  }

  /// Renders messages behind some of the operator's, which errors tell apart: whoever sent the
  /// messages knows those alone.
  package func render(
    _ messages: [ChatMessage], behind own: [ChatMessage], addGenerationPrompt: Bool = true
  ) throws(RESTAError) -> RenderedPrompt {
    let all = own + messages
    let text = try rendered(all, addGenerationPrompt: addGenerationPrompt).text
    if let loss = ContentCheck.losses(in: text, of: all).first {
      let place =
        loss.message < own.count
        ? "the operator's \(all[loss.message].role.rawValue) message"
        : "messages[\(loss.message - own.count)] (role \(all[loss.message].role.rawValue))"
      throw RESTAError(
        .templateFailed,
        "The chat template\(Self.label(name)) leaves out \(loss.isWhole ? "" : "a part of ")\(place): "
          + "the model would not read what is written there. Leave that message out, or use a "
          + "template that prints it (--chat-template).")
    }
    return RenderedPrompt(text, messages: all)
  }

  /// Whether the template prints the date for these messages, so that a prompt depends on its day.
  package func printsDate(for messages: [ChatMessage]) throws(RESTAError) -> Bool {
    guard clock != nil else { return false }
    return try rendered(messages).printsDate
  }

  /// Renders whatever the template makes of the messages, lost content or not.
  func rendered(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true, limits: JinjaLimits = .standard
  ) throws(RESTAError) -> (text: JinjaText, printsDate: Bool) {
    guard !messages.isEmpty else {
      throw RESTAError(.invalidMessages, "There are no messages to render. Give at least one.")
    }
    let interpreter = JinjaInterpreter(limits: limits, now: clock?())
    do {
      var context = try interpreter.chatVariables(messages, parts: parts)
      context["add_generation_prompt"] = .bool(addGenerationPrompt)
      context["bos_token"] = .string(JinjaText(bosToken))
      context["eos_token"] = .string(JinjaText(eosToken))
      for (name, variable) in variables {
        context[name] = try interpreter.checkingDepth(JinjaValue(variable))
      }
      return (try interpreter.run(program, context: context), interpreter.printsDate)
    } catch {
      throw RESTAError(
        .templateFailed, "The chat template\(Self.label(name)) failed: \(error.summary)",
        sensitiveDetail: error.sensitiveDetail)
    }
  }

  /// Tries each role with a string, and where that is lost, with parts.
  private func rolesThatWantParts() -> Set<ChatMessage.Role> {
    let (system, user, answer) = (
      ChatMessage.system("Alpha"), ChatMessage.user("Beta"), ChatMessage.assistant("Gamma")
    )
    let chats: [(ChatMessage.Role, [ChatMessage])] = [
      (.user, [user]), (.system, [system, user]), (.assistant, [user, answer, user]),
      (.tool, [user, answer, .tool("Delta")]),
    ]
    var probe = self
    probe.clock = { .probe }
    func keeps(_ role: ChatMessage.Role, in chat: [ChatMessage]) -> Bool {
      guard let text = try? probe.rendered(chat).text else { return false }
      return !ContentCheck.losses(in: text, of: chat).contains { chat[$0.message].role == role }
    }
    for (role, chat) in chats where !keeps(role, in: chat) {
      probe.parts.insert(role)
      if !keeps(role, in: chat) { probe.parts.remove(role) }
    }
    return probe.parts
  }

  private static func label(_ name: String?) -> String {
    name.map { " \"\($0)\"" } ?? ""
  }
}

extension ChatTemplate {
  /// Names of the built-in templates, in alphabetical order.
  public static let builtInNames: [String] = BuiltInTemplates.all.map(\.name).sorted()

  /// Makes a built-in template, for models whose files have none.
  ///
  /// - Parameters:
  ///   - name: One of ``builtInNames``.
  ///   - bosToken: Text of the model's begin-of-sequence token.
  ///   - eosToken: Text of the model's end-of-sequence token.
  /// - Returns: The template, with its ``name`` set.
  /// - Throws: ``RESTAError`` with code `invalidTemplate` where there is none of that name.
  public static func builtIn(
    _ name: String, bosToken: String, eosToken: String
  ) throws(RESTAError) -> ChatTemplate {
    guard let found = BuiltInTemplates.all.first(where: { $0.name == name }) else {
      throw RESTAError(
        .invalidTemplate,
        "There is no built-in chat template \"\(name)\". Choose one of: "
          + builtInNames.joined(separator: ", ") + ".")
    }
    return try ChatTemplate(
      source: found.source, bosToken: bosToken, eosToken: eosToken, name: name)
  }
}

/// A value for a variable that a template may look at beside the messages, `enable_thinking` say.
///
/// It is operator data: what a template prints of it counts as template text and has no span.
public enum TemplateVariable: Sendable, Hashable {
  /// Jinja's `true` or `false`.
  case boolean(Bool)
  /// An integer.
  case integer(Int)
  /// A string.
  case string(String)
  /// A number with a fraction.
  case number(Double)
  /// Jinja's `none`.
  case none
  /// A list; an empty one as `tools` suits templates that loop over the tools unasked.
  case list([TemplateVariable])
}

extension TemplateVariable: ExpressibleByBooleanLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  /// Makes a boolean.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// Makes an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }

  /// Makes a list.
  public init(arrayLiteral elements: TemplateVariable...) { self = .list(elements) }
}

extension ChatTemplate {
  /// Tries the template on the chats that every use of it begins with, so that one that cannot be used is found at
  /// the start and not with each message.
  ///
  /// `setting` is what the operator calls the system prompt, such as `--system`; `mayEndWithAnswer` says that a chat
  /// that ends with the model's turn will do too, as for judges of answers.
  ///
  /// - Throws: ``RESTAError`` with `invalidTemplate`: what the template does with a user's message, or with the
  ///   operator's system prompt.
  package func check(
    system: String? = nil, setting: String = "", mayEndWithAnswer: Bool = false
  ) throws(RESTAError) {
    let user = ChatMessage.user("Hello")
    let own = system.map { [ChatMessage.system($0)] } ?? []
    do {
      _ = try render([user], behind: own)
    } catch {
      if mayEndWithAnswer, (try? render([user, .assistant("Hello")], behind: own)) != nil {
        return
      }
      let worksWithout = !own.isEmpty && (try? render([user])) != nil
      throw RESTAError(
        .invalidTemplate,
        worksWithout
          ? "\(setting) cannot be used with this chat template: \(error.message) Leave \(setting) "
            + "out, put its text into the user's message, or name another template with "
            + "--chat-template."
          : "This chat template cannot be used, not even for a chat of one short message: "
            + "\(error.message) Name another with --chat-template.",
        sensitiveDetail: error.sensitiveDetail, cause: error)
    }
  }
}
