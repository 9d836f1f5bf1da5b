import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Replies") struct ReplyShapeTests {
  private static let usage = ReplyUsage(promptTokens: 3, completionTokens: 4)
  private static let usageText = #"{"completion_tokens":4,"prompt_tokens":3,"total_tokens":7}"#
  private static let entry = TokenLogProbability(
    257, logProbability: -0.5, alternatives: [(257, -0.5), (97, -1)], tokenizer: Replying.tokenizer)
  private static let entryText =
    #"{"bytes":[102,111,111,66,97,114],"logprob":-0.5,"token":"fooBar","top_logprobs":["#
    + #"{"bytes":[102,111,111,66,97,114],"logprob":-0.5,"token":"fooBar"},"#
    + #"{"bytes":[97],"logprob":-1,"token":"a"}],"voted":false}"#

  @Test func `a whole chat is OpenAI's object, with null where it writes null`() {
    let reply = ReplyShape(endpoint: .chat, head: Replying.head, includesUsage: false).whole(
      [
        WholeAnswer(text: "a/\"\n", reason: .stop),
        WholeAnswer(
          text: "", reason: .contentFilter, logProbabilities: [Self.entry],
          resta: RestaChoice(samplingSeed: 7)),
      ], usage: Self.usage, settings: Replying.settings)
    #expect(
      Replying.text(reply)
        == #"{"choices":[{"finish_reason":"stop","index":0,"logprobs":null,"#
        + #""message":{"content":"a/\"\n","refusal":null,"role":"assistant"}},"#
        + #"{"finish_reason":"content_filter","index":1,"#
        + #""logprobs":{"content":[\#(Self.entryText)],"refusal":null},"#
        + #""message":{"content":"","refusal":null,"role":"assistant"},"#
        + #""resta":{"sampling_seed":7}}],"#
        + #""created":1700000000,"id":"chatcmpl-x","model":"m/1","object":"chat.completion","#
        + #""resta":{"settings":\#(Replying.settingsText)},"usage":\#(Self.usageText)}"#)
  }

  @Test func `a whole completion has text and the older log-probabilities`() {
    let reply = ReplyShape(endpoint: .completion, head: Replying.head, includesUsage: false).whole(
      [
        WholeAnswer(text: "x", reason: .length),
        WholeAnswer(text: "fooBar", reason: .stop, logProbabilities: [Self.entry]),
      ], usage: Self.usage, settings: nil)
    #expect(
      Replying.text(reply)
        == #"{"choices":[{"finish_reason":"length","index":0,"logprobs":null,"text":"x"},"#
        + #"{"finish_reason":"stop","index":1,"logprobs":{"text_offset":[0],"#
        + #""token_logprobs":[-0.5],"tokens":["fooBar"],"top_logprobs":[{"a":-1,"fooBar":-0.5}]},"#
        + #""text":"fooBar"}],"created":1700000000,"id":"chatcmpl-x","model":"m/1","#
        + #""object":"text_completion","usage":\#(Self.usageText)}"#)
  }

  private static func chunk(_ choices: String, _ object: String, _ rest: String = "") -> String {
    #"{"choices":[\#(choices)],"created":1700000000,"id":"chatcmpl-x","model":"m/1","#
      + #""object":"\#(object)"\#(rest)}"#
  }

  @Test func `a chat's chunks are role, text, finish_reason and usage`() {
    let shape = ReplyShape(endpoint: .chat, head: Replying.head, includesUsage: false)
    let object = "chat.completion.chunk"
    #expect(
      Replying.text(
        shape.opening(choice: 1, settings: Replying.settings, resta: RestaChoice()))
        == Self.chunk(
          #"{"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":1,"logprobs":null}"#,
          object, #","resta":{"settings":\#(Replying.settingsText)}"#))
    #expect(
      Replying.text(
        shape.text(StreamedPiece(choice: 1, text: "fooBar", logProbabilities: [Self.entry])))
        == Self.chunk(
          #"{"delta":{"content":"fooBar"},"finish_reason":null,"index":1,"logprobs":{"content":["#
            + Self.entryText + #"],"refusal":null}}"#, object))
    #expect(
      Replying.text(
        shape.end(choice: 1, reason: .length, resta: RestaChoice(seed: 1 << 52, samplingSeed: 2)))
        == Self.chunk(
          #"{"delta":{},"finish_reason":"length","index":1,"logprobs":null,"#
            + #""resta":{"sampling_seed":2,"seed":4503599627370496}}"#, object))
  }

  @Test func `with usage asked for, every other chunk says null`() {
    let chat = ReplyShape(endpoint: .chat, head: Replying.head, includesUsage: true)
    let completion = ReplyShape(endpoint: .completion, head: Replying.head, includesUsage: true)
    for text in [
      Replying.text(chat.opening(choice: 0, settings: nil, resta: RestaChoice())),
      Replying.text(chat.text(StreamedPiece(choice: 0, text: "a"))),
      Replying.text(chat.end(choice: 0, reason: .stop, resta: RestaChoice())),
      Replying.text(completion.opening(choice: 0, settings: nil, resta: RestaChoice())),
      Replying.text(completion.text(StreamedPiece(choice: 0, text: "a"))),
      Replying.text(completion.end(choice: 0, reason: .stop, resta: RestaChoice())),
    ] {
      #expect(text.hasSuffix(#","usage":null}"#), "\(text)")
    }
    #expect(
      Replying.text(chat.usage(Self.usage))
        == Self.chunk("", "chat.completion.chunk", #","usage":\#(Self.usageText)"#))
    #expect(
      Replying.text(completion.usage(Self.usage))
        == Self.chunk("", "text_completion", #","usage":\#(Self.usageText)"#))
  }

  @Test func `a completion's chunks are text, and offsets go on`() {
    let shape = ReplyShape(endpoint: .completion, head: Replying.head, includesUsage: false)
    #expect(
      Replying.text(shape.opening(choice: 0, settings: nil, resta: RestaChoice()))
        == Self.chunk(
          #"{"finish_reason":null,"index":0,"logprobs":null,"text":""}"#, "text_completion"))
    #expect(
      Replying.text(
        shape.text(
          StreamedPiece(choice: 2, text: "fooBar", logProbabilities: [Self.entry], offset: 9)))
        == Self.chunk(
          #"{"finish_reason":null,"index":2,"logprobs":{"text_offset":[9],"token_logprobs":[-0.5],"#
            + #""tokens":["fooBar"],"top_logprobs":[{"a":-1,"fooBar":-0.5}]},"text":"fooBar"}"#,
          "text_completion"))
    #expect(
      Replying.text(shape.end(choice: 2, reason: .stop, resta: RestaChoice()))
        == Self.chunk(
          #"{"finish_reason":"stop","index":2,"logprobs":null,"text":""}"#, "text_completion"))
  }

  @Test(
    arguments: [
      (.endOfGeneration, .stop), (.stopString, .stop), (.maximumTokens, .length),
      (.contextFull, .length), (.abstained, .contentFilter),
      (.checkpoint, .contentFilter), (.checkpointRefusal, .contentFilter),
    ] as [(StopReason, FinishReason)])
  func `a stop reason has OpenAI's name`(reason: StopReason, name: FinishReason) {
    #expect(FinishReason(reason) == name)
  }
}
