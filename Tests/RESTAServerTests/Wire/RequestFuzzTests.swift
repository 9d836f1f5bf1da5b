import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

/// Whatever is sent, it is a request or an error that tells nothing of the prompt.
@Suite("Fuzzed requests") struct RequestFuzzTests {
  /// Every five characters of it hold one that occurs in no message of ours.
  private static let prompt = "~Qu#iz ~zebra£ ~xyl#o ~wp¤w"

  private static let bodies = [
    #"{"model":"m","messages":[{"role":"system","content":"\#(prompt)"},"#
      + #"{"role":"user","content":[{"type":"text","text":"\#(prompt)"}]}],"max_tokens":5,"#
      + #""temperature":0.5,"seed":-3,"stop":["\#(prompt)"],"n":2,"resta":{"noise":"hard","#
      + #""sigma":0.5,"sigma_unit":"relative","samples":10,"prefix":"all","votes":true}}"#,
    #"{"prompt":["\#(prompt)","\#(prompt)"],"logprobs":3,"stream":true,"#
      + #""stream_options":{"include_usage":true},"top_p":0.9,"tools":[],"logit_bias":{}}"#,
  ].map { Array($0.utf8) }

  /// Pieces of the prompt, as characters whose bytes may have been changed beside them.
  private static let pieces = (0...prompt.unicodeScalars.count - 5).map { start in
    String(String.UnicodeScalarView(prompt.unicodeScalars.dropFirst(start).prefix(5)))
  }

  /// Values that can stand where another one does.
  private static let values = [
    "null", "true", "false", "0", "1", "-1", "0.5", "5.0", "1e300", "18446744073709551616", "[]",
    "{}", "[[]]", "\"\"", #""all""#, #""hard""#, #""none""#, #""user""#, #""text""#,
    #""\u0000""#, #""~Qu#iz ~zebra£""#, #"["~xyl#o ~wp¤w"]"#, #"{"~Qu#iz ~zebra£":1}"#,
    #"{"type":"image_url"}"#,
  ].map { Array($0.utf8) }

  /// Pieces of JSON, and what is none.
  private static let snippets =
    values
    + [
      "{", "}", "[", "]", "\"", "\\", ",", ":", "1e999", "-", #"\ud800"#, "\0", "\u{FEFF}",
      #""role""#, #""content""#, #""seed":1,"#, #""resta":{"#, #""tools":[{}],"#,
      #""~Qu#iz ~zebra£":1,"#, String(repeating: "[", count: 70),
      String(repeating: "9", count: 200),
    ].map { Array($0.utf8) }

  private static func mutated(_ body: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var body = body
    for _ in 0..<generator.integer(in: 1...2) where !body.isEmpty {
      let at = generator.integer(in: 0...body.count - 1)
      let end = min(body.count, at + generator.integer(in: 0...30))
      switch generator.integer(in: 0...11) {
      case 0: body[at] = UInt8(truncatingIfNeeded: generator.next())
      case 1: body.insert(contentsOf: generator.element(of: snippets), at: at)
      case 2: body.removeSubrange(at..<end)
      case 3: body.replaceSubrange(at..<end, with: generator.element(of: snippets))
      case 4: body.insert(contentsOf: body[at..<end], at: generator.integer(in: 0...body.count))
      default: replaceValue(in: &body, at: at, with: generator.element(of: values))
      }
    }
    return body
  }

  /// Replaces what stands behind a colon, so that the result often is JSON again.
  private static func replaceValue(in body: inout [UInt8], at: Int, with value: [UInt8]) {
    let ends = Array(",]}".utf8)
    guard let colon = body[at...].firstIndex(of: UInt8(ascii: ":")),
      let end = body[colon...].firstIndex(where: { ends.contains($0) })
    else { return }
    body.replaceSubrange((colon + 1)..<end, with: value)
  }

  /// How reading ended, each counted.
  private struct Outcomes {
    var read = 0
    var malformed = 0
    var refused = 0
  }

  /// Reads a body as both kinds of request and checks the errors.
  private static func check(_ body: [UInt8], _ name: String, _ outcomes: inout Outcomes) {
    let errors = [
      Reading.error { () throws(APIError) in try ChatRequest(body: body, settings: .tests) },
      Reading.error { () throws(APIError) in try CompletionRequest(body: body, settings: .tests) },
    ]
    for error in errors {
      guard let error else {
        outcomes.read += 1
        continue
      }
      let text = "\(error.message) \(error.param ?? "")"
      #expect(error.status == 400 && error.type == "invalid_request_error", "\(name)")
      #expect(!pieces.contains { text.contains($0) }, "\(name): \(text)")
      #expect(text.utf8.count < 400, "\(name): \(text)")
      if error.param == nil { outcomes.malformed += 1 } else { outcomes.refused += 1 }
    }
  }

  @Test func `the bodies that are changed are requests`() throws {
    let chat = try ChatRequest(body: Self.bodies[0], settings: .tests)
    #expect(chat.messages.map(\.content) == [Self.prompt, Self.prompt])
    let completion = try CompletionRequest(body: Self.bodies[1], settings: .tests)
    #expect(completion.prompts == [Self.prompt, Self.prompt])
  }

  @Test(arguments: UInt64(0)..<40)
  func `a changed body is a request or an error without the prompt`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var outcomes = Outcomes()
    for index in 0..<150 {
      let body = Self.mutated(generator.element(of: Self.bodies), &generator)
      Self.check(body, "seed \(seed), body \(index)", &outcomes)
    }
    // Every way is taken, or the changes are too strong or too weak to find anything.
    #expect(outcomes.read > 5 && outcomes.malformed > 50 && outcomes.refused > 30, "\(outcomes)")
  }

  @Test(arguments: UInt64(0)..<20)
  func `random bytes are an error`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var outcomes = Outcomes()
    for index in 0..<100 {
      let body = (0..<generator.integer(in: 0...200)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      Self.check(body, "seed \(seed), body \(index)", &outcomes)
    }
    #expect(outcomes.malformed == 200)
  }

  @Test(arguments: UInt64(0)..<20)
  func `random pieces of JSON are a request or an error`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var outcomes = Outcomes()
    for index in 0..<100 {
      let pieces = (0..<generator.integer(in: 1...40)).flatMap { _ in
        generator.element(of: Self.snippets)
      }
      let body = Array("{".utf8) + pieces + Array("}".utf8)
      Self.check(body, "seed \(seed), body \(index)", &outcomes)
    }
  }
}
