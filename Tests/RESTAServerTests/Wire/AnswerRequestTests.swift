import RESTA
import Testing

@testable import RESTAServer

@Suite("Fields of requests") struct AnswerRequestTests {
  @Test func `a request without fields has the operator's defaults`() throws {
    let answer = try Reading.chat().answer
    #expect(
      answer.options
        == GenerationOptions(maximumTokens: 77, sampling: SamplingSettings(temperature: 0.25)))
    #expect(answer.choices == 1 && !answer.isStreamed && !answer.includesUsage)
    #expect(answer.logProbabilities == nil && answer.defense == DefenseOverride())
  }

  @Test func `null is the same as no field`() throws {
    let names = [
      "model", "max_tokens", "max_completion_tokens", "stop", "temperature", "top_p", "top_k",
      "min_p", "seed", "n", "stream", "stream_options", "logprobs", "top_logprobs", "user", "resta",
    ]
    let members =
      names + RequestField.names.filter { !(names + ["messages", "prompt"]).contains($0) }
    let chat = try Reading.chat(Set(members).map { "\"\($0)\": null" }.joined(separator: ", "))
    #expect(chat.answer.options == (try Reading.chat().answer.options))
    #expect(chat.model == nil && chat.answer.choices == 1)
  }

  private static let cases: [(String, @Sendable (AnswerRequest) -> Bool)] = [
    (#""max_tokens": 5"#, { $0.options.maximumTokens == 5 }),
    (#""max_completion_tokens": 500"#, { $0.options.maximumTokens == 500 }),
    (#""max_tokens": 5, "max_completion_tokens": 5.0"#, { $0.options.maximumTokens == 5 }),
    (#""stop": "END""#, { $0.options.stop == ["END"] }),
    (#""stop": []"#, { $0.options.stop == [] }),
    (#""stop": ["a", "b"]"#, { $0.options.stop == ["a", "b"] }),
    (#""temperature": 0"#, { $0.options.sampling.temperature == 0 }),
    (#""temperature": 2"#, { $0.options.sampling.temperature == 2 }),
    (#""top_p": 0.5"#, { $0.options.sampling.topP == 0.5 }),
    (#""top_k": 40"#, { $0.options.sampling.topK == 40 }),
    (#""min_p": 0.05"#, { $0.options.sampling.minP == 0.05 }),
    (#""seed": 7"#, { $0.options.sampling.seed == 7 }),
    (#""stop": """#, { $0.options.stop == [] }), (#""stop": null"#, { $0.options.stop == [] }),
    (#""top_k": -1"#, { $0.options.sampling.topK == 0 }),
    (#""top_p": 0, "n": 1.0, "top_k": 10.0"#, { $0.options.sampling.topK == 10 }),
    (#""max_tokens": 10.0"#, { $0.options.maximumTokens == 10 }),
    (#""max_tokens": 1e1, "n_predict": 10"#, { $0.options.maximumTokens == 10 }),
    (#""logprobs": false, "top_logprobs": 0"#, { $0.logProbabilities == nil }),
    (#""seed": -1"#, { $0.options.sampling.seed == nil }),
    (#""seed": -2"#, { $0.options.sampling.seed == .max - 1 }),
    (#""seed": -9223372036854775808"#, { $0.options.sampling.seed == 1 << 63 }),
    (#""seed": 9223372036854775807"#, { $0.options.sampling.seed == 0x7FFF_FFFF_FFFF_FFFF }),
    (#""seed": 18446744073709551615"#, { $0.options.sampling.seed == .max }),
    (#""seed": 9007199254740993"#, { $0.options.sampling.seed == 9_007_199_254_740_993 }),
    (#""n": 4"#, { $0.choices == 4 }),
    (#""stream": true"#, { $0.isStreamed && !$0.includesUsage }),
    (
      #""stream": true, "stream_options": {"include_usage": true, "x": 1}"#,
      { $0.includesUsage && $0.unknown.line == "stream_options.x" }
    ),
    (
      #""stream": true, "stream_options": {"include_usge": true}"#,
      {
        !$0.includesUsage
          && $0.unknown.line == "stream_options.include_usge (did you mean include_usage?)"
      }
    ),
    (#""stream": true, "stream_options": {}"#, { !$0.includesUsage }),
    (#""logprobs": true"#, { $0.logProbabilities == 0 && $0.options.logProbabilities == 0 }),
    (
      #""logprobs": true, "top_logprobs": 20"#,
      { $0.logProbabilities == 20 && $0.options.logProbabilities == 20 }
    ),
    (#""logprobs": false"#, { $0.logProbabilities == nil }),
    (#""user": 5, "metadata": {"a": "b"}, "store": true"#, { $0.choices == 1 }),
    (#""nobody_knows": [{"this": 1}], "parallel_tool_calls": false"#, { $0.choices == 1 }),
  ]

  @Test(arguments: cases.indices)
  func `a field is read`(index: Int) throws {
    let (members, holds) = Self.cases[index]
    #expect(holds(try Reading.chat(members).answer), "\(members)")
  }

  @Test(arguments: [
    ("max_tokens", "0", "1 or more"), ("max_tokens", "-3", "1 or more"),
    ("max_tokens", "501", "limit of 500 tokens"), ("max_tokens", "\"5\"", "not a string"),
    ("max_tokens", "1.5", "not a number"), ("max_tokens", "18446744073709551615", "1 or more"),
    ("max_completion_tokens", "501", "limit of 500"), ("max_completion_tokens", "true", "not true"),
    ("stop", "5", "a string or an array"), ("stop[0]", "[\"\"]", "must not be empty"),
    ("stop[1]", "[\"a\", \"\"]", "must not be empty"), ("stop[0]", "[1]", "not an integer"),
    ("stop[0]", "[null]", "missing"), ("stop", "{}", "not an object"),
    (
      "stop", "[\"\(Array(repeating: "x", count: 17).joined(separator: "\", \""))\"]",
      "more than 16"
    ),
    ("stop", "\"\(String(repeating: "é", count: 129))\"", "longer than 256 bytes"),
    ("temperature", "-0.1", "from 0 to 2"), ("temperature", "2.01", "from 0 to 2"),
    ("temperature", "1e300", "from 0 to 2"), ("temperature", "\"0\"", "not a string"),
    ("top_p", "-0.5", "from 0 to 1"), ("top_p", "1.5", "from 0 to 1"), ("top_p", "[]", "an array"),
    ("top_k", "-2", "0 or more"), ("top_k", "1.5", "not a number"), ("top_k", "1e30", "a number"),
    ("min_p", "2", "from 0 to 1"), ("min_p", "false", "not false"),
    ("seed", "1.5", "64 bits"), ("seed", "1e19", "64 bits"), ("seed", "\"1\"", "64 bits"),
    ("seed", "18446744073709551616", "64 bits"),
    ("n", "0", "1 or more"), ("n", "5", "limit of 4"), ("n", "\"1\"", "not a string"),
    ("stream", "1", "true or false"), ("stream", "\"true\"", "true or false"),
    ("stream_options", "{}", "'stream': true"), ("stream_options", "true", "an object"),
    ("logprobs", "1", "true or false"), ("top_logprobs", "2", "'logprobs': true"),
    ("top_logprobs", "21", "from 0 to 20"), ("top_logprobs", "-1", "from 0 to 20"),
    ("model", "1", "not an integer"), ("resta", "[]", "an object"), ("resta", "true", "an object"),
  ])
  func `a field of another type or out of range is refused by name`(
    path: String, value: String, part: String
  ) throws {
    let name = String(path.prefix { $0 != "[" })
    let error = try #require(
      Reading.error { () throws(APIError) in try Reading.chat("\"\(name)\": \(value)") },
      "\(name): \(value) was read")
    #expect(error.status == 400 && error.param == path)
    #expect(error.message.hasPrefix("'\(path)' "), "\(error.message)")
    #expect(error.message.contains(part), "\(error.message)")
  }

  @Test func `two limits that differ are refused`() {
    let error = Reading.error { () throws(APIError) in
      try Reading.chat(#""max_tokens": 5, "max_completion_tokens": 6"#)
    }
    #expect(error?.param == "max_completion_tokens")
    #expect(error?.message.contains("differs from 'max_tokens'") == true)
  }

  @Test func `usage is asked for by true or false`() {
    let error = Reading.error { () throws(APIError) in
      try Reading.chat(#""stream": true, "stream_options": {"include_usage": 1}"#)
    }
    #expect(error?.param == "stream_options.include_usage")
  }
}
