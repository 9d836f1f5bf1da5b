import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RESTA
import RESTADocuments
import Synchronization

/// Speaks HTTP to one server.
///
/// Directly: the environment's proxies are for what leaves the network, and embeddings should not. Redirects are
/// not followed, since they would take the prompts elsewhere.
struct VLLMConnection: Sendable {
  let url: URL
  let authorization: String?
  let timeout: Double

  /// A pool of connections for each time limit; they live as long as the process, and so need no shutting down.
  private static let clients = Mutex<[Double: HTTPClient]>([:])
  private static let longestReply = 1 << 26

  private var client: HTTPClient {
    Self.clients.withLock { clients in
      if let client = clients[timeout] { return client }
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow,
        timeout: .init(connect: .seconds(10), read: .milliseconds(Int64(timeout * 1000))))
      // A stream each: ending one then ends its work, and nothing else.
      configuration.httpVersion = .http1Only
      configuration.connectionPool.retryConnectionEstablishment = false
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      clients[timeout] = client
      return client
    }
  }

  /// Asks for a document, or with a body a question that has one answer.
  func ask(_ path: String, _ body: [UInt8]? = nil) async throws -> JSONValue {
    try await run(path, body: body) { try await Self.document($0) }
  }

  /// Asks for a stream, and takes the data of its events; ``VLLMFailure/cutOff`` without the event that ends it.
  func stream(_ path: String, _ body: [UInt8], receive: ([UInt8]) throws -> Void) async throws {
    try await run(path, body: body) { response in
      var lines = EventLines()
      var isDone = false
      for try await chunk in response.body {
        for data in try lines.append(chunk.readableBytesView) where !isDone {
          isDone = data == Array("[DONE]".utf8)
          if !isDone { try receive(data) }
        }
      }
      guard isDone else { throw VLLMFailure.cutOff }
    }
  }

  private func run<Value>(
    _ path: String, body: [UInt8]?, _ read: (HTTPClientResponse) async throws -> Value
  ) async throws -> Value {
    var request = HTTPClientRequest(url: url.absoluteString + path)
    request.headers.add(name: "User-Agent", value: "resta")
    if let authorization { request.headers.add(name: "Authorization", value: authorization) }
    if let body {
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      // As it is: of a buffer there would be a second copy until the stream ends.
      request.body = .bytes(body)
    }
    do {
      let response = try await client.execute(request, deadline: .distantFuture)
      guard response.status == .ok else { throw await Self.declined(response, authorization) }
      return try await read(response)
    } catch {
      // A task that was cancelled sees its connection break.
      try Task.checkCancellation()
      throw failure(error)
    }
  }

  private static func document(
    _ response: HTTPClientResponse, upTo length: Int = longestReply
  ) async throws -> JSONValue {
    let body = try await response.body.collect(upTo: length)
    guard let value = try? JSONReader.value(of: Array(body.readableBytesView)[...], limits: .python)
    else { throw VLLMFailure.malformed("no JSON") }
    return value
  }

  private static func declined(
    _ response: HTTPClientResponse, _ authorization: String?
  ) async -> VLLMFailure {
    let value = try? await document(response, upTo: 1 << 16)
    // A `Duration` of what is no number of seconds, or too many, would end the process.
    let asked = response.headers.first(name: "Retry-After").flatMap { Double($0) }
    return .status(
      Int(response.status.code), says: ServerWords(value, hiding: authorization),
      retryAfter: asked.flatMap { $0.isFinite ? min(max(0, $0), 86_400) : nil })
  }

  /// What went wrong, by kind: an error's own words could hold parts of a reply.
  private func failure(_ error: any Error) -> any Error {
    switch error {
    case is VLLMFailure, is RESTAError: error
    case let error as HTTPClientError:
      error == .readTimeout
        ? VLLMFailure.silent(seconds: timeout) : .disconnected(error.shortDescription)
    default: VLLMFailure.disconnected("\(type(of: error))")
    }
  }
}

/// Cuts a stream of server-sent events into the data of each, as the bytes come.
///
/// Events of one line are all that vLLM sends; comments, which keep connections open, are skipped.
struct EventLines {
  private static let longest = 1 << 22
  private var rest: [UInt8] = []

  /// Takes bytes, and gives the data of the events that are complete.
  mutating func append(_ bytes: some Sequence<UInt8>) throws(VLLMFailure) -> [[UInt8]] {
    rest += bytes
    var found: [[UInt8]] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      var line = rest[start..<end]
      start = end + 1
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      guard line.starts(with: Array("data:".utf8)) else { continue }
      line = line.dropFirst(5)
      if line.first == UInt8(ascii: " ") { line = line.dropFirst() }
      found.append(Array(line))
    }
    rest.removeSubrange(..<start)
    guard rest.count <= Self.longest else { throw .malformed("an event without end") }
    return found
  }
}
