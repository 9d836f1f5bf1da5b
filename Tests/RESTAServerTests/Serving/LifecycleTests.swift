import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RESTA
import RESTATesting
import Synchronization
import Testing

@testable import RESTAServer

@Suite("A server's life", .timeLimit(.minutes(15)))
struct LifecycleTests {
  @Test("while the model is loaded, health says so and requests are told to come back")
  func loading() async throws {
    let gate = OneShotSignal()
    try await ServerFixture.run(
      loading: {
        while !gate.hasFired { try await Task.sleep(for: .milliseconds(1)) }
      }, isReady: false
    ) { server in
      #expect(try await server.send("/health").status == 503)
      let reply = try await server.chat()
      #expect(reply.status == 503)
      #expect(try reply.string("error.code") == "model_loading")
      #expect(reply.headers.first(name: "retry-after") != nil)
      #expect(reply.headers.first(name: "x-should-retry") == nil)
      gate.fire()
      while try await server.send("/health").status == 503 {}
      #expect(try await server.chat().status == 200)
    }
  }

  @Test("a model that cannot be loaded ends the server with its error")
  func failedLoading() async throws {
    struct Broken: Error {}
    try await despiteStalls(of: .milliseconds(300)) {
      let lines = Mutex<ServerFixture.Lines?>(nil)
      await #expect(throws: Broken.self) {
        try await ServerFixture.run(loading: { throw Broken() }, isReady: false) { server in
          lines.withLock { $0 = server.lines }
          // Until nobody listens any more; a connection that was accepted last may get no answer.
          while (try? await server.send("/health", timeout: .seconds(1))) != nil {}
        }
      }
      // Who reads the log finds no other error in it.
      #expect(lines.withLock { $0?.text.contains(#""level":"error""#) } != true)
    }
  }

  @Test("without a key nothing is answered but health")
  func keys() async throws {
    let secrets = try ServerSecrets(environment: ["RESTA_API_KEYS": "0123456789abcdef"])
    try await ServerFixture.run(secrets: secrets) { server in
      for path in [
        "/", "/playground.js", "/v1/models", "/v1/resta", "/metrics", "/nope", "//health",
      ] {
        let reply = try await server.send(path)
        #expect(reply.status == 401, "\(path)")
      }
      #expect(try await server.chat().status == 401)
      #expect(try await server.send("/health").status == 200)
      let key = ["authorization": "Bearer 0123456789abcdef"]
      #expect(try await server.send("/v1/models", headers: key).status == 200)
      #expect(
        try await server.send("/v1/models", headers: ["authorization": "Bearer 0123"]).status
          == 401)
    }
  }

  @Test("a page of another site is kept out, and an allowed one is let in")
  func origins() async throws {
    try await ServerFixture.run({ $0.listen.allowedOrigins = ["https://app.example"] }) { server in
      let foreign = try await server.send(
        "/v1/models", headers: ["origin": "https://evil.example"])
      #expect(foreign.status == 403)
      let allowed = try await server.send(
        "/v1/models", headers: ["origin": "https://app.example"])
      #expect(allowed.status == 200)
      #expect(
        allowed.headers.first(name: "access-control-allow-origin") == "https://app.example")
      let preflight = try await server.send(
        "/v1/chat/completions", method: .OPTIONS,
        headers: [
          "origin": "https://app.example", "access-control-request-method": "POST",
          "access-control-request-headers": "content-type, x-stainless-os",
        ])
      #expect(preflight.status == 204)
      #expect(
        preflight.headers.first(name: "access-control-allow-headers")?.contains("x-stainless-os")
          == true)
      let rebound = try await server.send("/v1/models", headers: ["host": "evil.example"])
      #expect(rebound.status == 403)
    }
  }

  @Test("more requests than may run and wait get 429 with a time to come back")
  func overload() async throws {
    let gate = OneShotSignal()
    try await ServerFixture.run(
      {
        $0.limits.concurrency = 2
        $0.limits.queue = 4
      }, model: try ServerFixture.model(gate: gate)
    ) { server in
      try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
        for _ in 0..<24 {
          group.addTask {
            let reply = try await server.chat(#""max_tokens":5"#)
            return (reply.status, reply.headers.first(name: "retry-after") != nil)
          }
        }
        // Two run and four wait for as long as this test wants; the others are told to come back.
        for _ in 0..<18 {
          let told = try #require(try await group.next())
          #expect(told == (429, true))
        }
        gate.fire()
        for try await answered in group { #expect(answered == (200, false)) }
      }
      #expect(try await server.metric("resta_running") == 0)
    }
  }

  @Test("a client that goes away stops the work, streamed or not", arguments: [true, false])
  func disconnect(streams: Bool) async throws {
    let model = try ServerFixture.model(
      saying: String(repeating: "word ", count: 400), delay: .milliseconds(150))
    try await ServerFixture.run(model: model) { server in
      let client = Task { try await server.chat(#""max_tokens":1000,"stream":\#(streams)"#) }
      while try await server.metric("resta_running") != 1 {}
      try await Task.sleep(for: .milliseconds(50))
      client.cancel()
      _ = await client.result
      let start = ContinuousClock.now
      while try await server.metric("resta_running") != 0 {
        try await Task.sleep(for: .milliseconds(1))
      }
      // The answer would have taken minutes.
      #expect(ContinuousClock.now - start < .seconds(90))
      let passes = model.recordedPasses.count
      try await Task.sleep(for: .milliseconds(400))
      #expect(model.recordedPasses.count == passes)
      #expect(model.openReservations == 0)
    }
  }

  @Test("a client that stops a stream goes on from what it has read")
  func stopping() async throws {
    let model = try ServerFixture.model(
      saying: String(repeating: "word ", count: 400), delay: .milliseconds(150))
    try await ServerFixture.run(model: model) { server in
      let client = try await RawClient(port: server.port)
      await client.send(RawClient.chat(more: #","stream":true,"max_tokens":1000"#))
      var read = ""
      while read.utf8.count < 7 {
        read = (try? Events(client.text.replacing("\r\n", with: "\n")).text()) ?? ""
        try await Task.sleep(for: .milliseconds(1))
      }
      try await client.close()
      func goOn(from answer: String) async throws -> Int {
        try await server.send(
          "/v1/chat/completions",
          #"{"messages":[{"role":"user","content":"a"},"#
            + #"{"role":"assistant","content":"\#(answer)"},"#
            + #"{"role":"user","content":"b"}],"max_tokens":1}"#
        ).status
      }
      // The server notices a moment later.
      var status = 0
      for _ in 0..<6000 where status != 200 {
        status = try await goOn(from: read)
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(status == 200, "\(read)")
      #expect(try await goOn(from: read + "!") == 400)
    }
  }

  @Test("a client that leaves the queue is forgotten")
  func leavingTheQueue() async throws {
    let gate = OneShotSignal()
    let model = try ServerFixture.model(gate: gate)
    try await ServerFixture.run({ $0.limits.concurrency = 1 }, model: model) { server in
      let first = Task { try await server.chat() }
      while try await server.metric("resta_running") != 1 {}
      let second = Task { try await server.chat() }
      while try await server.metric("resta_queued") != 1 {}
      second.cancel()
      while try await server.metric("resta_queued") != 0 {}
      gate.fire()
      #expect(try await first.value.status == 200)
    }
  }

  @Test("an answer that takes too long ends: with 504, or with an error in its stream")
  func deadline() async throws {
    let model = try ServerFixture.model(delay: .milliseconds(50))
    try await ServerFixture.run({ $0.limits.requestSeconds = 0.2 }, model: model) { server in
      let whole = try await server.chat()
      #expect(whole.status == 504)
      #expect(try whole.string("error.code") == "request_timeout")
      // It would cost as much again, and take as long.
      #expect(whole.headers.first(name: "x-should-retry") == "false")
      let events = Events(try await server.chat(#""stream":true"#).text)
      #expect(try events.all.last?.string("error.code") == "request_timeout")
      #expect(events.isDone)
      #expect(try await server.metric("resta_running") == 0)
      // What began with 200 and failed is counted as what it was.
      let name = #"resta_requests_total{route="/v1/chat/completions",status="504"}"#
      while try await server.metric(name) != 2 {}
    }
  }

  @Test("a queue without a limit, or in which nobody may wait, refuses nobody who has a place")
  func places() async throws {
    try await ServerFixture.run({
      $0.limits.queue = .max
      $0.limits.queueSeconds = 0
      $0.limits.concurrency = 8
    }) { server in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await server.chat().status } }
        for try await status in group { #expect(status == 200) }
      }
    }
  }

  @Test("who waits to be looked at waits in a line that has an end")
  func planningLine() async throws {
    let change: (inout ServerSettings) -> Void = {
      $0.limits.concurrency = 1
      $0.limits.queue = 1
    }
    try await ServerFixture.run(change) { server in
      // Both threads that prompts are looked at on are busy for as long as this test wants.
      let gate = DispatchSemaphore(value: 0)
      for _ in 0..<2 { server.server.state.planning.submit { _ in gate.wait() } }
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await server.chat().status } }
        // Two are looked at and two wait; the others are told to come back.
        for _ in 0..<4 { #expect(try await group.next() == 429) }
        for _ in 0..<2 { gate.signal() }
        for try await status in group { #expect([200, 429].contains(status)) }
      }
    }
  }

  @Test("a stream in which nothing happens is kept alive by comments")
  func keepAlive() async throws {
    let model = try ServerFixture.model(saying: "ab", delay: .milliseconds(200))
    try await ServerFixture.run({ $0.limits.keepaliveSeconds = 0.02 }, model: model) { server in
      let text = try await server.chat(#""stream":true"#).text
      #expect(text.contains("\n: keep-alive\n\n"))
      #expect(try Events(text).text() == "ab")
    }
  }

  @Test("a shutdown lets answers finish that can, and tells the others", arguments: [true, false])
  func shutdown(finishes: Bool) async throws {
    let gate = OneShotSignal()
    let model = try ServerFixture.model(delay: .milliseconds(20), gate: gate)
    let texts = Mutex([String]())
    // Time enough on a machine that is busy with other tests; or too little for answers that never end.
    let seconds = finishes ? 600 : 0.5
    try await ServerFixture.run({ $0.limits.shutdownSeconds = seconds }, model: model) { server in
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<3 { group.addTask { try await server.chat(#""stream":true"#).text } }
        while try await server.metric("resta_running") != 3 {}
        Task { await server.server.shutDown() }
        if finishes { gate.fire() }
        for try await text in group { texts.withLock { $0.append(text) } }
      }
    }
    for text in texts.withLock({ $0 }) {
      let events = Events(text)
      #expect(events.isDone)
      let last = try #require(events.all.last)
      if finishes {
        #expect(try last.string("choices.0.finish_reason") == "stop")
      } else {
        #expect(try last.string("error.code") == "shutting_down")
      }
    }
    #expect(model.openReservations == 0)
  }

  @Test("a server that is stopped while it loads ends without an error")
  func shutdownWhileLoading() async throws {
    try await ServerFixture.run(
      loading: { try await Task.sleep(for: .seconds(3600)) }, isReady: false
    ) { server in
      let health = try await server.send("/health")
      #expect(health.status == 503)
    }
  }

  @Test("a client that does not read holds its place for no longer than generating takes")
  func silentReader() async throws {
    let gate = OneShotSignal()
    let model = try ServerFixture.model(
      saying: String(repeating: "word ", count: 800), gate: gate)
    try await ServerFixture.run(
      {
        $0.client.expose = .votes
        $0.defense.prefix = .all
        $0.limits.choices = 4
        $0.limits.answerTokens = 4000
        $0.limits.workTokens = 1_000_000
        $0.limits.idleSeconds = 1
        $0.limits.shutdownSeconds = 5
      }, model: model
    ) { server in
      let body =
        #"{"messages":[{"role":"user","content":"a"}],"stream":true,"max_tokens":3900,"#
        + #""n":4,"resta":{"votes":true}}"#
      let client = try await RawClient(port: server.port, reads: false)
      await client.send(RawClient.request("POST /v1/chat/completions", body: body))
      // A connection that was idle for a second may be closed while a request for this goes out.
      while (try? await server.metric("resta_running")) != 1 {
        try await Task.sleep(for: .milliseconds(5))
      }
      gate.fire()
      while (try? await server.metric("resta_running")) != 0 {
        try await Task.sleep(for: .milliseconds(20))
      }
      // Six megabytes are more than Linux keeps for a connection: in the end the server gives it up.
      try await until {
        server.lines.requests.contains { (try? $0.string("path")) == "/v1/chat/completions" }
      }
      try await client.closed()
      #expect(!client.text.contains("[DONE]"))
    }
  }

  @Test("a port that is taken is an error that names it")
  func takenPort() async throws {
    try await ServerFixture.run { server in
      let error = await #expect(throws: ServerError.self) {
        try await ServerFixture.run({ $0.listen.port = server.port }) { _ in }
      }
      #expect(error?.code == .addressUnavailable)
      #expect(error?.message.contains("\(server.port)") == true)
    }
  }
}
