import RESTADocuments

/// A field that would change the answer and that this server does not support.
///
/// Dropping one in silence would give an answer to another request than the client made; other
/// fields that are not known are ignored, as OpenAI's clients send more of them every year.
struct RefusedField: Sendable {
  /// OpenAI's code for fields that a model does not support.
  static let code = "unsupported_parameter"

  let name: String
  /// The values with which it changes nothing, besides `null`.
  let neutral: [JSONValue]

  /// Refuses the fields of a body that are in the table and not neutral.
  ///
  /// - Throws: ``APIError`` that names the first such field.
  static func check(_ fields: BodyFields) throws(APIError) {
    for refused in all {
      let field = fields[refused.name]
      guard !field.isNull, !refused.neutral.contains(field.value) else { continue }
      throw field.refused(
        "is not supported here and would change the answer: leave it out", code: code)
    }
  }
}

extension RefusedField {
  /// All of them.
  ///
  /// `{}` is neutral only where it means nothing: an empty JSON schema still asks for
  /// JSON, and empty options still switch a web search on.
  static let all: [RefusedField] =
    [
      // Tools and shapes of the answer.
      .init("tools", [.array([])]),
      .init("tool_choice", [.string("none")]),
      .init("functions", [.array([])]),
      .init("function_call", [.string("none")]),
      .init("response_format", [empty, object("type", .string("text"))]),
      .init("modalities", [.array([]), .array([.string("text")])]),
      .init("audio", [empty]),
      .init("web_search_options"), .init("reasoning_effort"), .init("verbosity"),
      // Changes of the probabilities.
      .init("logit_bias", [empty]),
      .init("presence_penalty", [.integer(0)]), .init("frequency_penalty", [.integer(0)]),
      .init("repetition_penalty", [.integer(1)]), .init("repeat_penalty", [.integer(1)]),
      .init("mirostat", [.integer(0)]),
      .init("typical_p", [.integer(1)]), .init("tfs_z", [.integer(1)]),
      .init("bad_words", [.array([])]), .init("allowed_token_ids", [.array([])]),
      // Where the answer ends, and which one is taken.
      .init("min_tokens", [.integer(0)]), .init("ignore_eos", [.bool(false)]),
      .init("stop_token_ids", [.array([])]),
      .init("best_of", [.integer(1)]), .init("use_beam_search", [.bool(false)]),
      // Grammars.
      .init("grammar"), .init("json_schema"),
      .init("guided_json"), .init("guided_regex"), .init("guided_choice", [.array([])]),
      .init("guided_grammar"), .init("structured_outputs", [empty]),
      // The prompt.
      .init("chat_template"), .init("chat_template_kwargs", [empty]),
      .init("add_generation_prompt", [.bool(true)]),
      .init("continue_final_message", [.bool(false)]),
      .init("prompt_logprobs"), .init("echo", [.bool(false)]), .init("suffix"),
    ]

  private init(_ name: String, _ neutral: [JSONValue] = []) {
    self.init(name: name, neutral: neutral)
  }

  private static let empty = JSONValue.object(JSONObject())

  private static func object(_ key: String, _ value: JSONValue) -> JSONValue {
    .object([key: value])
  }
}
