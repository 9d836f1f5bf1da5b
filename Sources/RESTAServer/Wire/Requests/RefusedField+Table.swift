import RESTADocuments

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
