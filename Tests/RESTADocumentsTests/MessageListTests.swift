import RESTA
import RESTADocuments
import Testing

/// The one reader of conversations: what is true here is true of `--messages` and of requests.
@Suite("Lists of messages") struct MessageListTests {
  private static func read(_ text: String) throws -> MessageList {
    try MessageList(try JSONReader.value(of: Array(text.utf8)[...]))
  }

  @Test(
    arguments: [
      (#"{"role": "user", "content": ""}"#, .user("")),
      (#"{"role": "assistant", "content": ""}"#, .assistant("")),
      (#"{"role": "developer", "content": "Be brief."}"#, .system("Be brief.")),
      (
        #"{"role": "function", "name": "f", "content": "1"}"#,
        ChatMessage(role: .tool, content: "1", name: "f")
      ),
      (
        #"{"role": "tool", "tool_call_id": "c", "tool_name": "f", "content": "1"}"#,
        ChatMessage(role: .tool, content: "1", name: "f")
      ),
      (
        #"{"role": "user", "name": "alice", "content": "a"}"#,
        ChatMessage(role: .user, content: "a", name: "alice")
      ),
      (#"{"role": "user", "name": "", "content": "a"}"#, .user("a")),
      (
        #"{"role": "user", "content": [{"type": "text", "text": "Name two"}, {"type": "input_text", "text": "colours."}]}"#,
        .user("Name two\ncolours.")
      ),
      (#"{"role": "system", "content": [{"type": "text", "text": "S"}]}"#, .system("S")),
      (#"{"role": "tool", "content": [{"type": "text", "text": "T"}]}"#, .tool("T")),
      (
        #"{"role": "assistant", "content": [{"type": "output_text", "text": "A", "annotations": []}]}"#,
        .assistant("A")
      ),
      (#"{"role": "assistant", "content": null, "refusal": "I cannot."}"#, .assistant("I cannot.")),
      (
        #"{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}"#,
        .assistant("No.")
      ),
      (
        #"{"role": "assistant", "content": "A", "refusal": null, "tool_calls": [], "audio": null, "function_call": null, "reasoning_content": "", "prefix": false}"#,
        .assistant("A")
      ),
    ] as [(String, ChatMessage)])
  func `a message is read`(text: String, message: ChatMessage) throws {
    let list = try Self.read("[\(text)]")
    #expect(list.messages == [message] && list.unknown.isEmpty)
  }

  @Test(arguments: [
    (#"{"content": "a"}"#, "role", "missing"),
    (#"{"role": 1, "content": "a"}"#, "role", "not an integer"),
    (#"{"role": "root", "content": "a"}"#, "role", "not a role"),
    (#"{"role": "USER", "content": "a"}"#, "role", "did you mean 'user'?"),
    (#"{"role": "human", "content": "a"}"#, "role", "did you mean 'user'?"),
    (#"{"role": "model", "content": "a"}"#, "role", "did you mean 'assistant'?"),
    (#"{"role": "user"}"#, "content", "missing"),
    (#"{"role": "assistant", "content": null}"#, "content", "missing"),
    (#"{"role": "user", "content": null, "refusal": "No"}"#, "refusal", "not supported"),
    (#"{"role": "user", "content": 5}"#, "content", "not an integer"),
    (#"{"role": "user", "content": {}}"#, "content", "not an object"),
    (#"{"role": "user", "content": []}"#, "content", "at least one part"),
    (#"{"role": "user", "content": ["a"]}"#, "content[0]", "not a string"),
    (#"{"role": "user", "content": [{}]}"#, "content[0].type", "missing"),
    (#"{"role": "user", "content": [{"text": "a"}]}"#, "content[0].type", "missing"),
    (#"{"role": "user", "content": [{"type": "text"}]}"#, "content[0].text", "missing"),
    (
      #"{"role": "user", "content": [{"type": "text", "text": null}]}"#, "content[0].text",
      "missing"
    ),
    (#"{"role": "user", "content": [{"type": "text", "text": 1}]}"#, "content[0].text", "integer"),
    (
      #"{"role": "user", "content": [{"type": "input_audio"}]}"#, "content[0].type", "'input_audio'"
    ),
    (
      #"{"role": "user", "content": [{"type": "input_image"}]}"#, "content[0].type", "'input_image'"
    ),
    (#"{"role": "user", "content": [{"type": "refusal"}]}"#, "content[0].type", "'refusal'"),
    (#"{"role": "assistant", "content": [{"type": "thinking"}]}"#, "content[0].type", "'thinking'"),
    (#"{"role": "user", "content": [{"type": "odd"}]}"#, "content[0].type", "must be \"text\""),
    (#"{"role": "user", "content": "a", "name": 5}"#, "name", "not an integer"),
    (#"{"role": "tool", "content": "a", "name": "f", "tool_name": "g"}"#, "tool_name", "differs"),
    (#"{"role": "assistant", "content": null, "tool_calls": [{}]}"#, "tool_calls", "not supported"),
    (
      #"{"role": "assistant", "content": "a", "function_call": {"name": "f"}}"#, "function_call",
      "not supported"
    ),
    (#"{"role": "assistant", "content": "a", "refusal": "No"}"#, "refusal", "beside a content"),
    (#"{"role": "assistant", "content": "a", "audio": {"id": "x"}}"#, "audio", "only text"),
    (#"{"role": "user", "content": "a", "images": ["AA=="]}"#, "images", "only text"),
    (#"{"role": "assistant", "content": "a", "prefix": true}"#, "prefix", "continues none"),
    (#"{"role": "assistant", "content": "a", "partial": true}"#, "partial", "continues none"),
    (
      #"{"role": "assistant", "content": "a", "reasoning_content": "t"}"#, "reasoning_content",
      "not supported"
    ),
    (#"{"role": "system", "content": "a", "tools": [{}]}"#, "tools", "no tools"),
  ])
  func `another shape is refused with its place`(text: String, path: String, part: String) throws {
    let fault = try #require(throws: MessageList.Fault.self) {
      try Self.read(#"[{"role": "user", "content": "a"}, \#(text)]"#)
    }
    #expect(fault.path == "messages[1].\(path)", "\(fault.path)")
    #expect(fault.message.contains(part), "\(fault.message)")
  }

  @Test(arguments: [
    ("null", "missing"), ("5", "not an integer"), ("{}", "not an object"), ("[]", "at least one"),
  ])
  func `what is no list is refused`(text: String, part: String) throws {
    let fault = try #require(throws: MessageList.Fault.self) { try Self.read(text) }
    #expect(fault.path == "messages" && fault.message.contains(part))
  }

  @Test func `keys that are not read are named once`() throws {
    let message = #"{"role": "user", "content": "a", "id": 1, "nmae": "b", "extra": null}"#
    let unknown = try Self.read("[\(message), \(message)]").unknown
    #expect(unknown.map(\.key) == ["nmae"])
    #expect(Set(unknown.map(\.message)) == ["messages[0]"])
  }

  @Test func `so are those of the parts of a content`() throws {
    let part = #"{"type": "text", "text": "a", "cache_control": {}, "image_url": {}, "none": null}"#
    let list = try Self.read(#"[{"role": "user", "content": [\#(part)]}]"#)
    #expect(list.messages.map(\.content) == ["a"])
    #expect(list.unknown.map(\.key) == ["image_url"])
    #expect(list.unknown.map(\.message) == ["messages[0].content[0]"])
  }
}
