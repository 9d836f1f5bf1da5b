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

  private let program: JinjaProgram

  /// Parses a template.
  ///
  /// - Parameters:
  ///   - source: Jinja source, as in `tokenizer.chat_template` of a model file.
  ///   - bosToken: Text of the model's begin-of-sequence token. Default: the empty string.
  ///   - eosToken: Text of the model's end-of-sequence token. Default: the empty string.
  ///   - name: A name for messages and records. Default: none.
  /// - Throws: ``RESTAError`` with code `invalidTemplate`, and the line number in its message,
  ///   where the source isn't Jinja, uses a part of Jinja that is not supported, or nests too
  ///   deep.
  /// - Complexity: O(n) in the source's length.
  public init(
    source: String, bosToken: String = "", eosToken: String = "", name: String? = nil
  ) throws(RESTAError) {
    do {
      self.program = try JinjaProgram(source: source)
    } catch {
      throw RESTAError(
        .invalidTemplate, "The chat template\(Self.label(name)) is not valid: \(error.summary)")
    }
    self.name = name
    self.source = source
    self.bosToken = bosToken
    self.eosToken = eosToken
  }

  /// Renders messages into a prompt.
  ///
  /// - Parameters:
  ///   - messages: The chat, at least one message.
  ///   - addGenerationPrompt: Whether the prompt ends by opening the model's turn. Default: yes.
  ///   - now: What `strftime_now` prints. Without one the template sees no such function; most
  ///     templates then fall back on a date of their own. Default: none.
  ///   - variables: Further variables for the template, `enable_thinking` say. A name given here
  ///     wins over the standard ones. Default: none.
  /// - Returns: The prompt's text and the places of the messages' contents in it.
  /// - Throws: ``RESTAError`` with code `invalidMessages` for no messages at all, or
  ///   `templateFailed` where the template refuses the messages (its own message is kept), fails,
  ///   or needs more work, depth or text than the limits allow.
  /// - Complexity: Whatever the template does, up to the limits.
  public func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true, now: TemplateDate? = nil,
    variables: [String: TemplateVariable] = [:]
  ) throws(RESTAError) -> RenderedPrompt {
    try render(
      messages, addGenerationPrompt: addGenerationPrompt, now: now, variables: variables,
      limits: .standard)
  }

  /// Renders with limits of the caller's choice, for tests of the limits.
  func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool = true, now: TemplateDate? = nil,
    variables: [String: TemplateVariable] = [:], limits: JinjaLimits
  ) throws(RESTAError) -> RenderedPrompt {
    guard !messages.isEmpty else {
      throw RESTAError(.invalidMessages, "There are no messages to render. Give at least one.")
    }
    let interpreter = JinjaInterpreter(limits: limits, now: now)
    do {
      var context = try interpreter.chatVariables(messages)
      context["add_generation_prompt"] = .bool(addGenerationPrompt)
      context["bos_token"] = .string(JinjaText(bosToken))
      context["eos_token"] = .string(JinjaText(eosToken))
      for (name, variable) in variables {
        context[name] = try interpreter.checkingDepth(JinjaValue(variable))
      }
      let text = try interpreter.run(program, context: context)
      return RenderedPrompt(text, messages: messages)
    } catch {
      throw RESTAError(
        .templateFailed, "The chat template\(Self.label(name)) failed: \(error.summary)",
        sensitiveDetail: error.sensitiveDetail)
    }
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
  /// Jinja's `none`.
  case none
  /// A list; an empty one as `tools` suits templates that loop over the tools unasked.
  case list([TemplateVariable])
}

extension TemplateVariable: ExpressibleByBooleanLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  /// Makes a boolean.
  ///
  /// - Parameter value: The boolean.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes a string.
  ///
  /// - Parameter value: The string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// Makes an integer.
  ///
  /// - Parameter value: The integer.
  public init(integerLiteral value: Int) { self = .integer(value) }

  /// Makes a list.
  ///
  /// - Parameter elements: The list's items.
  public init(arrayLiteral elements: TemplateVariable...) { self = .list(elements) }
}
