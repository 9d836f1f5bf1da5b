import RESTA
import Testing

@testable import RESTAServer

@Suite("Chat requests") struct ChatRequestTests {
  @Test func `messages of every role are read, with text or with parts of text`() throws {
    let messages = try Reading.messages(
      #"""
      [{"role": "system", "content": "S", "extra": 1},
       {"role": "developer", "content": ""},
       {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
       {"role": "assistant", "content": "A", "refusal": null, "tool_calls": [], "audio": null,
        "function_call": null, "annotations": [], "name": null},
       {"role": "tool", "tool_call_id": "t1", "content": "T\u0000"}]
      """#)
    #expect(
      messages == [.system("S"), .system(""), .user("a\nb"), .assistant("A"), .tool("T\0")])
  }

  @Test func `the model is read`() throws {
    #expect(try Reading.chat(#""model": "m/1""#).model == "m/1")
    #expect(try Reading.chat().model == nil)
  }

  @Test(arguments: [
    ("null", "messages", "missing"), ("5", "messages", "not an integer"),
    ("{}", "messages", "not an object"), ("[]", "messages", "at least one"),
    ("[null]", "messages[0]", "missing"), ("[\"Hi\"]", "messages[0]", "not a string"),
    (#"[{"content": "a"}]"#, "messages[0].role", "missing"),
    (#"[{"role": 1, "content": "a"}]"#, "messages[0].role", "not an integer"),
    (#"[{"role": "root", "content": "a"}]"#, "messages[0].role", "not a role"),
    (#"[{"role": "USER", "content": "a"}]"#, "messages[0].role", "not a role"),
    (#"[{"role": "user"}]"#, "messages[0].content", "missing"),
    (#"[{"role": "assistant", "content": null}]"#, "messages[0].content", "missing"),
    (#"[{"role": "user", "content": 5}]"#, "messages[0].content", "not an integer"),
    (#"[{"role": "user", "content": {}}]"#, "messages[0].content", "not an object"),
    (#"[{"role": "user", "content": []}]"#, "messages[0].content", "at least one part"),
    (#"[{"role": "user", "content": ["a"]}]"#, "messages[0].content[0]", "not a string"),
    (#"[{"role": "user", "content": [{}]}]"#, "messages[0].content[0].type", "missing"),
    (
      #"[{"role": "user", "content": [{"type": "text"}]}]"#, "messages[0].content[0].text",
      "missing"
    ),
    (
      #"[{"role": "user", "content": [{"type": "text", "text": 1}]}]"#,
      "messages[0].content[0].text", "not an integer"
    ),
    (
      #"[{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]}]"#,
      "messages[1].content[1].type", "'image_url'"
    ),
    (
      #"[{"role": "user", "content": [{"type": "input_audio"}]}]"#, "messages[0].content[0].type",
      "'input_audio'"
    ),
    (
      #"[{"role": "user", "content": [{"type": "input_text", "text": "a"}]}]"#,
      "messages[0].content[0].type", "must be \"text\""
    ),
    (#"[{"role": "user", "content": "a", "name": "Bo"}]"#, "messages[0].name", "not supported"),
    (
      #"[{"role": "assistant", "content": "a", "tool_calls": [{}]}]"#, "messages[0].tool_calls",
      "not supported"
    ),
    (
      #"[{"role": "assistant", "content": "a", "function_call": {"name": "f"}}]"#,
      "messages[0].function_call", "not supported"
    ),
    (
      #"[{"role": "assistant", "content": "a", "refusal": "No"}]"#, "messages[0].refusal",
      "not supported"
    ),
    (
      #"[{"role": "assistant", "content": "a", "audio": {"id": "x"}}]"#, "messages[0].audio",
      "not supported"
    ),
  ])
  func `another shape is refused with its path`(messages: String, path: String, part: String)
    throws
  {
    let error = try #require(
      Reading.error { () throws(APIError) in try Reading.messages(messages) }, "\(messages)")
    #expect(error.status == 400 && error.param == path)
    #expect(error.message.contains(part), "\(error.message)")
  }

  @Test(arguments: [("system", "system"), ("developer", "system"), ("tool", "tool")])
  func `a role that the operator does not allow is refused with its index`(
    name: String, role: String
  ) throws {
    let error = try #require(
      Reading.error { () throws(APIError) in
        try Reading.messages(
          #"[{"role": "user", "content": "a"}, {"role": "\#(name)", "content": "b"}]"#,
          roles: [.user, .assistant])
      })
    #expect(error.param == "messages[1].role")
    #expect(error.message.contains("'\(name)'"))
    #expect(error.message.contains("one of user, assistant"))
  }
}
