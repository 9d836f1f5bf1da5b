import Testing

@testable import RESTAServer

@Suite("Errors, models and events") struct SmallRepliesTests {
  @Test func `an error writes param and code even when there are none`() {
    #expect(
      Replying.text(ErrorReply(.invalid("No.")))
        == #"{"error":{"code":null,"message":"No.","param":null,"type":"invalid_request_error"}}"#)
    #expect(
      Replying.text(ErrorReply(.invalid("No.", param: "messages[0].role", code: "c")))
        == #"{"error":{"code":"c","message":"No.","param":"messages[0].role","#
        + #""type":"invalid_request_error"}}"#)
  }

  @Test func `the list of models holds the one that is served`() {
    let entry = #"{"created":5,"id":"m","object":"model","owned_by":"resta"}"#
    #expect(Replying.text(ModelList.Entry(id: "m", created: 5)) == entry)
    #expect(
      Replying.text(ModelList(id: "m", created: 5)) == #"{"data":[\#(entry)],"object":"list"}"#)
  }

  @Test func `an event is one line of data and an empty one, whatever the text`() {
    let text = "a\n\r\n\u{2028}\u{85}\0b"
    let event = ServerSentEvent.data(
      ReplyShape(endpoint: .chat, head: Replying.head, includesUsage: false)
        .text(StreamedPiece(choice: 0, text: text)))
    let written = String(decoding: event, as: UTF8.self)
    #expect(written.hasPrefix("data: {") && written.utf8.suffix(3).elementsEqual("}\n\n".utf8))
    #expect(event.dropLast(2).allSatisfy { $0 != 0x0A && $0 != 0x0D })
    #expect(String(decoding: ServerSentEvent.done, as: UTF8.self) == "data: [DONE]\n\n")
    #expect(String(decoding: ServerSentEvent.keepAlive, as: UTF8.self) == ": keep-alive\n\n")
  }

  @Test func `the log has an engine's own words, and of an error without any its type`() {
    struct Told: Error, CustomStringConvertible { let description = "The cache is full." }
    struct Mute: Error { let prompt = "zebra" }
    let log = LogCollector()
    for error in [Told(), Mute()] as [any Error] {
      #expect(APIError(error, log: log.logger(.json)) == .internalError)
    }
    #expect(log.lines.count == 2 && log.lines[0].contains("The cache is full."))
    #expect(log.lines.last?.contains("Mute") == true)
    #expect(!log.lines.joined().contains("zebra"))
  }

  @Test func `a reply that cannot be written is an error object`() throws {
    let bytes = WireJSON.bytes(["x": Double.infinity])
    let fields = try BodyFields.body(bytes)
    #expect(try fields["error"].object()?["code"].string() == "internal_error")
  }
}
