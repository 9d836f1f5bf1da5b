import Testing

@testable import RESTAServer

@Suite("Fields that are refused") struct RefusedFieldTests {
  private static let cases = [
    ("tools", "[]", #"[{"type": "function"}]"#), ("tool_choice", #""none""#, #""auto""#),
    ("functions", "[]", "[{}]"), ("function_call", #""none""#, #""auto""#),
    ("response_format", #"{"type": "text"}"#, #"{"type": "json_object"}"#),
    ("response_format", "{}", #"{"type": "text", "strict": true}"#),
    ("logit_bias", "{}", #"{"5": 1}"#), ("presence_penalty", "0", "0.1"),
    ("frequency_penalty", "0.0", "-1"), ("modalities", #"["text"]"#, #"["text", "audio"]"#),
    ("modalities", "[]", #"["audio"]"#), ("audio", "{}", #"{"voice": "x"}"#),
    ("web_search_options", "null", "{}"), ("reasoning_effort", "null", #""low""#),
    ("verbosity", "null", #""low""#), ("repetition_penalty", "1.0", "1.1"),
    ("repeat_penalty", "1", "0"), ("min_tokens", "0", "1"), ("ignore_eos", "false", "true"),
    ("grammar", "null", #""root ::= 1""#), ("json_schema", "null", "{}"),
    ("guided_json", "null", "{}"), ("guided_regex", "null", #""a""#),
    ("guided_choice", "[]", #"["a"]"#), ("guided_grammar", "null", #""a""#),
    ("structured_outputs", "{}", #"{"json": {}}"#), ("chat_template", "null", #""x""#),
    ("chat_template_kwargs", "{}", #"{"enable_thinking": false}"#),
    ("add_generation_prompt", "true", "false"), ("continue_final_message", "false", "true"),
    ("mirostat", "0", "2"), ("typical_p", "1", "0.9"), ("tfs_z", "1.0", "0.9"),
    ("best_of", "1", "2"), ("use_beam_search", "false", "true"), ("prompt_logprobs", "null", "0"),
    ("bad_words", "[]", #"["x"]"#), ("allowed_token_ids", "[]", "[1]"),
    ("stop_token_ids", "[]", "[1]"), ("echo", "false", "true"), ("suffix", "null", #""x""#),
  ]

  @Test(arguments: cases)
  func `a neutral value is accepted and any other refused by name`(
    name: String, neutral: String, other: String
  ) throws {
    #expect(try Reading.chat("\"\(name)\": \(neutral)").messages.count == 1)
    #expect(try Reading.completion(#""prompt": "a", "\#(name)": \#(neutral)"#).prompts == ["a"])
    let errors = [
      Reading.error { () throws(APIError) in try Reading.chat("\"\(name)\": \(other)") },
      Reading.error { () throws(APIError) in
        try Reading.completion(#""prompt": "a", "\#(name)": \#(other)"#)
      },
    ]
    for error in errors {
      let error = try #require(error, "\(name): \(other) was read")
      #expect(error.status == 400 && error.param == name && error.code == "unsupported_parameter")
      #expect(error.message.contains("'\(name)'"))
    }
  }

  @Test func `every field of the table is tested above, and none is in it twice`() {
    let names = RefusedField.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.cases.map(\.0)))
  }
}
