import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import RESTA
import RESTATesting
import Synchronization
import Testing

@testable import RESTAServer

/// A server on a free port with a scripted model, and what it logs.
struct ServerFixture: Sendable {
  let address: String
  let model: ScriptedModel
  let server: ChatServer
  let lines: Lines

  final class Lines: Sendable {
    private let all = Mutex([String]())
    var text: String { all.withLock { $0.joined() } }
    /// The lines about requests.
    var requests: [Reply] {
      all.withLock { $0 }.filter { $0.contains(#""message":"request""#) }.map {
        Reply(status: 0, headers: [:], bytes: Array($0.utf8))
      }
    }
    func append(_ line: String) { all.withLock { $0.append(line) } }
  }

  var port: Int { Int(address.split(separator: ":").last ?? "") ?? 0 }

  /// The answer that the default script gives, and the time that each token takes.
  static let answer = "Red, blue and <b>yellow</b>."

  /// A model that says ``answer``, whatever it is asked.
  ///
  /// - Parameters:
  ///   - answer: What it says.
  ///   - delay: How long each pass takes.
  ///   - gate: Until it fires, no pass ends.
  /// - Returns: The model.
  /// - Throws: `RESTAError` for a template that is none.
  static func model(
    saying answer: String = answer, delay: Duration? = nil, gate: OneShotSignal? = nil
  ) throws -> ScriptedModel {
    let bytes = Array(answer.utf8)
    let template = try ChatTemplate(
      source: "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]")
    return ScriptedModel(chatTemplate: template) { context in
      while let gate, !gate.hasFired { try await Task.sleep(for: .milliseconds(1)) }
      if let delay { try await Task.sleep(for: delay) }
      var logits = [Float](repeating: 0, count: 257)
      let next = context.answer.count
      logits[next < bytes.count ? Int(bytes[next]) : 256] = 4
      return logits
    }
  }

  /// Runs a server for as long as the body does.
  ///
  /// - Parameters:
  ///   - change: Changes the settings, which listen on a free port.
  ///   - secrets: Default: no keys.
  ///   - model: Default: one that says ``answer``.
  ///   - loading: Waited for before the model is there.
  ///   - isReady: Whether the body starts when the model is there. Default: yes.
  ///   - body: What is done with it; the server is stopped afterwards.
  /// - Throws: What the body and the server throw.
  static func run(
    _ change: (inout ServerSettings) -> Void = { _ in }, secrets: ServerSecrets? = nil,
    model: ScriptedModel? = nil, loading: @escaping @Sendable () async throws -> Void = {},
    isReady: Bool = true,
    body: @escaping @Sendable (ServerFixture) async throws -> Void
  ) async throws {
    var settings = ServerSettings()
    settings.listen.port = 0
    settings.limits.shutdownSeconds = 1
    // What no test waits for must not end one, however busy the machine is.
    (settings.limits.requestSeconds, settings.limits.queueSeconds) = (900, 900)
    (settings.limits.readSeconds, settings.limits.idleSeconds) = (900, 900)
    change(&settings)
    let model = try model ?? Self.model()
    let lines = Lines()
    var logger = Logger(label: "test") { _ in
      ServerLogHandler(label: "test", format: .json, write: { lines.append($0) })
    }
    logger.logLevel = .debug
    let server = try ChatServer(
      settings: settings, secrets: try secrets ?? ServerSecrets(), logger: logger
    ) { _ in
      try await loading()
      return LoadedModel(model: model)
    }
    let (addresses, source) = AsyncStream<String>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { source.finish() }
        try await server.run { source.yield($0) }
      }
      var iterator = addresses.makeAsyncIterator()
      if let address = await iterator.next() {
        let fixture = ServerFixture(
          address: address, model: model, server: server, lines: lines)
        do {
          while isReady, try await fixture.send("/health").status != 200 {}
          try await body(fixture)
        } catch {
          await server.shutDown()
          throw error
        }
      }
      await server.shutDown()
      try await group.waitForAll()
    }
  }

  struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value of a path of keys and indices in the JSON.
    func value(_ path: String) throws -> Any? {
      var value: Any? = try JSONSerialization.jsonObject(with: Data(bytes))
      for key in path.split(separator: ".") {
        if let index = Int(key) {
          let array = value as? [Any]
          value = array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        } else {
          value = (value as? [String: Any])?[String(key)]
        }
      }
      return value
    }

    func string(_ path: String) throws -> String? { try value(path) as? String }
    func integer(_ path: String) throws -> Int? { (try value(path) as? NSNumber)?.intValue }
  }

  /// Sends a request; a body makes it a POST.
  func send(
    _ path: String, _ body: String? = nil, method: HTTPMethod? = nil,
    headers: [String: String] = [:], timeout: TimeAmount = .minutes(10)
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: address + path)
    request.method = method ?? (body == nil ? .GET : .POST)
    if let body {
      request.body = .bytes(ByteBuffer(string: body))
      if headers["content-type"] == nil {
        request.headers.add(name: "content-type", value: "application/json")
      }
    }
    for (name, value) in headers where !value.isEmpty {
      request.headers.add(name: name, value: value)
    }
    let response = try await HTTPClient.shared.execute(request, timeout: timeout)
    let buffer = try await response.body.collect(upTo: 1 << 24)
    return Reply(
      status: Int(response.status.code), headers: response.headers,
      bytes: Array(buffer.readableBytesView))
  }

  /// Asks for a chat completion.
  func chat(_ more: String = "", content: String = "Name three colours.") async throws -> Reply {
    try await send(
      "/v1/chat/completions",
      #"{"messages":[{"role":"user","content":"\#(content)"}]\#(more.isEmpty ? "" : ",")\#(more)}"#)
  }

  /// A metric's value.
  func metric(_ name: String) async throws -> Double? {
    try await send("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
  }
}
