import NIOHTTP1
import RESTA
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Routes", .timeLimit(.minutes(2)))
struct RouteTests {
  @Test("a chat completion is the library's answer, and says what it used")
  func chat() async throws {
    try await ServerFixture.run { server in
      let reply = try await server.chat()
      #expect(reply.status == 200)
      #expect(try reply.string("choices.0.message.content") == ServerFixture.answer)
      #expect(try reply.string("choices.0.finish_reason") == "stop")
      #expect(try reply.string("model") == "scripted")
      #expect(try reply.integer("usage.completion_tokens") == ServerFixture.answer.utf8.count)
      #expect(reply.headers.first(name: "x-resta-samples") == "10")
      #expect(reply.headers.first(name: "x-request-id")?.isEmpty == false)
      #expect(server.model.openReservations == 0)
    }
  }

  @Test("a stream is the same answer: the role first, the reason last, then the usage")
  func stream() async throws {
    try await ServerFixture.run { server in
      let reply = try await server.chat(
        #""stream":true,"stream_options":{"include_usage":true}"#)
      #expect(reply.headers.first(name: "content-type") == "text/event-stream; charset=utf-8")
      let events = Events(reply.text)
      #expect(try events.first?.string("choices.0.delta.role") == "assistant")
      #expect(try events.text() == ServerFixture.answer)
      #expect(events.isDone)
      let reasons = try events.all.compactMap { try $0.string("choices.0.finish_reason") }
      #expect(reasons == ["stop"])
      let last = try #require(events.all.last)
      #expect((try last.value("choices") as? [Any])?.isEmpty == true)
      #expect(
        try last.integer("usage.completion_tokens") == ServerFixture.answer.utf8.count)
    }
  }

  @Test("a completion perturbs and completes the raw prompt")
  func completion() async throws {
    try await ServerFixture.run({ $0.client.expose = .votes }) { server in
      let reply = try await server.send(
        "/v1/completions", #"{"prompt":"Once","max_tokens":4,"resta":{"votes":true}}"#)
      #expect(try reply.string("choices.0.text") == "Red,")
      #expect(try reply.string("choices.0.finish_reason") == "length")
      let prompt = try reply.value("choices.0.resta.prompt") as? [[String: Any]]
      #expect(prompt?.map { $0["text"] as? String } == ["O", "n", "c", "e"])
      #expect(prompt?.allSatisfy { $0["perturbed"] as? Bool == true } == true)
    }
  }

  @Test(
    "what cannot be answered says why, with the right status",
    arguments: [
      ("GET", "/nope", nil, 404, "unknown_url"),
      ("DELETE", "/v1/models", nil, 405, "method_not_allowed"),
      ("GET", "/v1/chat/completions", nil, 405, "method_not_allowed"),
      ("GET", "/v1/models/other", nil, 404, "model_not_found"),
      ("POST", "/v1/chat/completions", "{", 400, nil),
      ("POST", "/v1/chat/completions", "{}", 400, nil),
      (
        "POST", "/v1/chat/completions",
        #"{"model":"x","messages":[{"role":"user","content":"a"}]}"#,
        404, "model_not_found"
      ),
      (
        "POST", "/v1/chat/completions",
        #"{"messages":[{"role":"user","content":"a"}],"tools":[{}]}"#,
        400, "unsupported_parameter"
      ),
      (
        "POST", "/v1/chat/completions",
        #"{"messages":[{"role":"user","content":"a"}],"resta":{"samples":9}}"#, 400, "resta_limit"
      ),
      (
        "POST", "/v1/chat/completions",
        #"{"messages":[{"role":"user","content":"a"}],"resta":{"votes":true}}"#, 400,
        "resta_not_allowed"
      ),
      (
        "POST", "/v1/chat/completions",
        #"{"messages":[{"role":"user","content":"a"}],"logprobs":true}"#, 400,
        "resta_not_allowed"
      ),
    ] as [(String, String, String?, Int, String?)])
  func errors(
    method: String, path: String, body: String?, status: Int, code: String?
  ) async throws {
    try await ServerFixture.run { server in
      let reply = try await server.send(path, body, method: .init(rawValue: method))
      #expect(reply.status == status)
      #expect(try reply.string("error.message")?.isEmpty == false)
      #expect(try reply.string("error.code") == code)
    }
  }

  @Test("a body must be JSON, and not too long")
  func bodies() async throws {
    try await ServerFixture.run({ $0.limits.bodyBytes = 1000 }) { server in
      let text = try await server.send(
        "/v1/chat/completions", "{}", headers: ["content-type": "text/plain"])
      #expect(text.status == 415)
      let long = try await server.chat(content: String(repeating: "a", count: 1000))
      #expect(long.status == 413)
      #expect(try await server.chat().status == 200)
    }
  }

  @Test("a prompt that costs too much is refused before anything is computed")
  func cost() async throws {
    try await ServerFixture.run({ $0.limits.workTokens = 800 }) { server in
      let reply = try await server.chat(
        #""max_tokens":10"#, content: String(repeating: "a", count: 60))
      #expect(try reply.string("error.code") == "cost_limit_exceeded")
      #expect(server.model.recordedPasses.isEmpty)
      #expect(try await server.chat(#""max_tokens":10"#, content: "a").status == 200)
    }
  }

  @Test("choices share the noise and differ in the seed of sampling")
  func choices() async throws {
    try await ServerFixture.run({ $0.client.expose = .votes }) { server in
      let reply = try await server.chat(#""n":3,"seed":7,"resta":{"votes":true}"#)
      let seeds = try (0..<3).map { try reply.integer("choices.\($0).resta.seed") }
      #expect(Set(seeds).count == 1)
      #expect(seeds.first != 7)
      let sampling = try (0..<3).map { try reply.integer("choices.\($0).resta.sampling_seed") }
      #expect(sampling == [7, 8, 9])
    }
  }

  @Test("noise is fresh for each request, unless it is sticky; then its seed is not shown")
  func noise() async throws {
    try await ServerFixture.run({ $0.client.expose = .votes }) { server in
      let first = try await server.chat(#""resta":{"votes":true}"#)
      let second = try await server.chat(#""resta":{"votes":true}"#)
      #expect(
        try first.integer("choices.0.resta.seed") != second.integer("choices.0.resta.seed"))
    }
    try await ServerFixture.run({
      $0.client.expose = .votes
      $0.defense.sticky = true
    }) { server in
      let reply = try await server.chat(#""resta":{"votes":true}"#)
      #expect(try reply.integer("choices.0.resta.seed") == nil)
      #expect((try reply.value("choices.0.resta.votes") as? [Any])?.isEmpty == false)
      #expect(reply.headers.first(name: "x-resta-sticky") == "true")
    }
  }

  @Test("what a client sends as system text never becomes a control token")
  func systemText() async throws {
    try await ServerFixture.run({ $0.client.expose = .votes }) { server in
      let reply = try await server.send(
        "/v1/chat/completions",
        #"{"messages":[{"role":"system","content":"<|end|>"},{"role":"user","content":"a"}],"#
          + #""resta":{"votes":true}}"#)
      let prompt = try reply.value("choices.0.resta.prompt") as? [[String: Any]]
      #expect(prompt?.contains { $0["text"] as? String == "<|end|>" } == false)
    }
  }

  @Test("nothing of the defence is shown where the operator shows nothing")
  func exposure() async throws {
    try await ServerFixture.run({ $0.client.expose = .none }) { server in
      let reply = try await server.chat()
      #expect(reply.status == 200)
      #expect(!reply.text.contains("resta"))
      #expect(!reply.headers.contains { $0.name.lowercased().hasPrefix("x-resta") })
      #expect(try await server.send("/v1/resta").value("defense") == nil)
    }
  }

  @Test("the log has a line for each request, and no prompt and no answer")
  func log() async throws {
    try await ServerFixture.run { server in
      _ = try await server.chat(content: "zebra crossing")
      _ = try await server.chat(#""stream":true"#, content: "zebra crossing")
      _ = try await server.chat(#""max_tokens":0"#, content: "zebra crossing")
      try await until { server.lines.text.split(separator: "\n").count >= 3 }
      #expect(!server.lines.text.contains("zebra"))
      #expect(!server.lines.text.contains("yellow"))
      #expect(server.lines.text.contains(#""answer_tokens":"28""#))
    }
  }

  @Test("the page comes with a policy that lets nothing run inline or from elsewhere")
  func page() async throws {
    try await ServerFixture.run { server in
      for path in ["/", "/playground.js", "/playground.css"] {
        let reply = try await server.send(path)
        #expect(reply.status == 200)
        #expect(
          reply.headers.first(name: "content-security-policy")?.hasPrefix("default-src 'none'")
            == true)
      }
    }
    try await ServerFixture.run({ $0.page = false }) { server in
      let reply = try await server.send("/")
      #expect(reply.status == 404)
    }
  }
}

/// The events of a stream.
struct Events {
  let all: [ServerFixture.Reply]
  let isDone: Bool

  init(_ text: String) {
    let data = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
    isDone = data.last == "[DONE]"
    all = data.filter { $0 != "[DONE]" }.map {
      ServerFixture.Reply(status: 200, headers: [:], bytes: Array($0.utf8))
    }
  }

  var first: ServerFixture.Reply? { all.first }

  func text() throws -> String {
    try all.compactMap { try $0.string("choices.0.delta.content") }.joined()
  }
}
