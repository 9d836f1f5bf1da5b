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
       {"role": "tool", "tool_call_id": "t1", "content": "T\u0000"},
       {"role": "user", "name": "alice", "content": "B"}]
      """#)
    #expect(
      messages == [
        .system("S"), .system(""), .user("a\nb"), .assistant("A"), .tool("T\0"),
        ChatMessage(role: .user, content: "B", name: "alice"),
      ])
  }

  @Test func `the model is read`() throws {
    #expect(try Reading.chat(#""model": "m/1""#).model == "m/1")
    #expect(try Reading.chat().model == nil)
  }

  @Test(arguments: [
    ("null", "messages", "missing"), ("5", "messages", "not an integer"),
    ("{}", "messages", "not an object"), ("[]", "messages", "at least one"),
    ("[null]", "messages[0]", "missing"), ("[\"Hi\"]", "messages[0]", "not a string"),
    (
      #"[{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}]}]"#,
      "messages[1].content[1].type", "'image_url'"
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

  @Test func `a refusal tells nothing of what is there and has OpenAI's code`() throws {
    let error = try #require(
      Reading.error { () throws(APIError) in
        try Reading.messages(#"[{"role": "user", "content": [{"type": "secret"}]}]"#)
      })
    #expect(error.code == RequestField.code && !error.message.contains("secret"))
  }

  @Test func `keys of messages that are not read are named`() throws {
    let body = #"{"messages": [{"role": "user", "content": "a", "id": 1, "nmae": "b"}], "x_y": 1}"#
    let answer = try ChatRequest(body: Array(body.utf8), settings: .tests).answer
    #expect(
      answer.unknown.line == "x_y, messages[0].nmae (did you mean name?)")
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
