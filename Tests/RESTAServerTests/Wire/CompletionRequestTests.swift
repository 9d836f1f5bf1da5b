import RESTA
import Testing

@testable import RESTAServer

@Suite("Completion requests") struct CompletionRequestTests {
  @Test(
    arguments: [
      (#""prompt": "a""#, ["a"], 1), (#""prompt": ["a", "b"]"#, ["a", "b"], 1),
      (#""prompt": ["a", "b"], "n": 2"#, ["a", "b"], 2), (#""prompt": "a", "n": 4"#, ["a"], 4),
    ])
  func `prompts are read`(members: String, prompts: [String], choices: Int) throws {
    let request = try Reading.completion(members)
    #expect(request.prompts == prompts && request.answer.choices == choices)
    #expect(request.answer.logProbabilities == nil)
  }

  @Test func `log-probabilities are asked for by a number`() throws {
    let answer = try Reading.completion(#""prompt": "a", "logprobs": 5"#).answer
    #expect(answer.logProbabilities == 5 && answer.options.logProbabilities == 5)
    #expect(try Reading.completion(#""prompt": "a", "logprobs": 0"#).answer.logProbabilities == 0)
    let none = #""prompt": "a", "logprobs": false, "top_logprobs": 0"#
    #expect(try Reading.completion(none).answer.logProbabilities == nil)
  }

  @Test(arguments: [
    ("", "prompt", "missing"), (#""prompt": """#, "prompt", "empty"),
    (#""prompt": []"#, "prompt", "at least one"), (#""prompt": {}"#, "prompt", "not an object"),
    (#""prompt": [1, 2]"#, "prompt[0]", "token ids"),
    (#""prompt": [[1, 2]]"#, "prompt[0]", "token ids"),
    (#""prompt": ["a", null]"#, "prompt[1]", "missing"),
    (#""prompt": ["a", ""]"#, "prompt[1]", "empty"),
    (#""prompt": ["a", "b", "c"], "n": 2"#, "prompt", "limit of 4 answers"),
    (#""prompt": ["a", "a", "a", "a", "a"]"#, "prompt", "limit of 4 answers"),
    (#""prompt": "a", "logprobs": 6"#, "logprobs", "from 0 to 5"),
    (#""prompt": "a", "logprobs": true"#, "logprobs", "not true"),
    (#""prompt": "a", "echo": true"#, "echo", "not supported"),
    (#""prompt": "a", "top_logprobs": 3"#, "top_logprobs", "as 'logprobs' here"),
    (#""prompt": "a", "max_tokens": 501"#, "max_tokens", "limit of 500"),
  ])
  func `another shape is refused with its path`(members: String, path: String, part: String)
    throws
  {
    let error = try #require(
      Reading.error { () throws(APIError) in try Reading.completion(members) }, "\(members)")
    #expect(error.status == 400 && error.param == path)
    #expect(error.message.contains(part), "\(error.message)")
  }
}
