import Foundation
import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

/// Models that refuse `max_tokens`, or a temperature.
@Suite("How a model has to be asked") struct EndpointDialectTests {
  private static func client(
    _ server: ScriptedEndpoint, _ change: (inout EndpointSettings) -> Void = { _ in }
  ) throws -> EndpointChatClient {
    var settings = EndpointSettings(
      baseURL: server.address, model: "m", timeout: 600, attempts: 1)
    change(&settings)
    return try EndpointChatClient(
      settings, environment: [:], generator: SeededGenerator(seed: 1), clock: ImpatientClock())
  }

  /// The members of a request beside model and messages.
  private static func parameters(_ request: ScriptedEndpoint.Request) throws -> JSONObject {
    var body = try JSONDecoder().decode(JSONObject.self, from: Data(request.body.utf8))
    _ = body.removeValue(forKey: "model")
    _ = body.removeValue(forKey: "messages")
    return body
  }

  private static let tokensOpenAI = ScriptedEndpoint.Step.reply(
    400,
    body:
      #"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. "#
      + #"Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","#
      + #""code":"unsupported_parameter"}}"#)
  private static let temperatureOpenAI = ScriptedEndpoint.Step.reply(
    400,
    body:
      #"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model.","#
      + #""type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#)

  @Test func `both refusals are met, remembered, and on record`() async throws {
    let server = try await ScriptedEndpoint([
      Self.tokensOpenAI, Self.temperatureOpenAI, .says("[[YES]]"),
    ])
    let client = try Self.client(server)
    let judge = ChatJudge(client: client)
    for _ in 0..<2 {
      let verdict = try await judge.judge(.about("Text."))
      #expect(verdict.finding == .refused)
      #expect(
        verdict.details["asked"] == .string("with max_completion_tokens, without temperature"))
    }
    let asked = try server.requests.map(Self.parameters)
    #expect(
      asked == [
        ["max_tokens": .integer(2048), "temperature": .integer(0)],
        ["max_completion_tokens": .integer(2048), "temperature": .integer(0)],
        ["max_completion_tokens": .integer(2048)], ["max_completion_tokens": .integer(2048)],
      ])
  }

  @Test(arguments: [
    (
      #"{"error":{"message":"Unsupported parameter: 'max_tokens'","code":"invalid_request_body"}}"#,
      true
    ),
    (#"{"error":{"message":"Unrecognized request argument supplied: max_tokens"}}"#, true),
    (#"{"message":"`max_tokens` is deprecated, use `max_completion_tokens`"}"#, true),
    (
      #"{"detail":[{"type":"extra_forbidden","loc":["body","max_tokens"],"msg":"Extra inputs"}]}"#,
      true
    ),
    (
      #"{"error":{"message":"max_tokens is too large: 2048. This model supports at most 1024"}}"#,
      false
    ),
    (#"{"error":{"message":"max_tokens must be at most 1024"}}"#, false),
    (#"{"error":{"message":"'n_max_tokens_x' is not supported"}}"#, false),
    (#"{"error":{"message":"This model is not supported."}}"#, false), ("", false),
    ("<p>max_tokens is not supported</p>", false),
  ])
  func `only a refusal of the name changes it`(body: String, isMet: Bool) async throws {
    for status in [400, 422] {
      let server = try await ScriptedEndpoint([.reply(status, body: body), .says("fine")])
      let reply = try? await Self.client(server).complete(
        messages: [.user("?")], maximumTokens: 2048)
      #expect(reply?.asked == (isMet ? "with max_completion_tokens" : nil))
      #expect(server.requests.count == (isMet ? 2 : 1))
    }
    let other = try await ScriptedEndpoint([.reply(403, body: body), .says("fine")])
    _ = try? await Self.client(other).complete(messages: [.user("?")], maximumTokens: 9)
    #expect(other.requests.count == 1)
  }

  @Test(arguments: [
    #"{"error":{"message":"'temperature' is not supported with this model","param":"temperature"}}"#,
    #"{"error":{"message":"gpt-5 models don't support temperature=0.","param":"None","code":"400"}}"#,
    #"{"error":"`temperature` must be strictly positive","error_type":"validation"}"#,
    #"{"error":{"message":"`temperature` is deprecated for this model."}}"#,
    #"{"detail":[{"type":"extra_forbidden","loc":["body","temperature"],"msg":"Extra inputs"}]}"#,
  ])
  func `a temperature that is refused is left to the model`(body: String) async throws {
    let server = try await ScriptedEndpoint([.reply(400, body: body), .says("fine")])
    let reply = try await Self.client(server).complete(messages: [.user("?")], maximumTokens: 9)
    #expect(reply.asked == "without temperature")
    #expect(try Self.parameters(#require(server.requests.last)) == ["max_tokens": .integer(9)])
  }

  @Test
  func `what the settings choose is asked, and an endpoint that refuses it is not asked otherwise`()
    async throws
  {
    let server = try await ScriptedEndpoint([Self.tokensOpenAI])
    let client = try Self.client(server) { $0.tokenParameter = .maxTokens }
    await #expect(throws: EvaluationError.self) {
      try await client.complete(messages: [.user("?")], maximumTokens: 9)
    }
    #expect(server.requests.count == 1)
    let warm = try await ScriptedEndpoint([Self.temperatureOpenAI])
    let error = await #expect(throws: EvaluationError.self) {
      try await Self.client(warm) { $0.temperature = 0.5 }.complete(
        messages: [.user("?")], maximumTokens: 9)
    }
    #expect(warm.requests.count == 1)
    #expect(error?.message.contains("'temperature' does not support 0") == true)
  }

  @Test func `settings go into the request, and into the id`() async throws {
    let server = try await ScriptedEndpoint([.says("fine")])
    let client = try Self.client(server) {
      $0.tokenParameter = .maxCompletionTokens
      $0.temperature = nil
      $0.reasoningEffort = "low"
    }
    let reply = try await client.complete(messages: [.user("?")], maximumTokens: 9)
    #expect(reply.asked == nil)
    #expect(
      try Self.parameters(#require(server.requests.first))
        == ["max_completion_tokens": .integer(9), "reasoning_effort": .string("low")])
    #expect(client.id == "m+temperature=default+reasoning_effort=low")
    #expect(try Self.client(server) { $0.temperature = 0.7 }.id == "m+temperature=0.7")
  }
}
