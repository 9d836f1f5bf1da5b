import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RESTA

/// What came back over HTTP.
struct EndpointResponse: Sendable {
  var status: Int
  var retryAfter: String?
  var date: String?
  /// Read only for status 200.
  var body: [UInt8]
}

/// Sends one question over HTTP, once.
struct EndpointTransport: Sendable {
  let url: URL
  let key: EndpointKey?
  let timeout: Double
  let maximumBytes: Int

  /// One pool of connections for all endpoints; it lives as long as the process, and so needs no
  /// shutting down.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(
      // A redirect would take the prompts, and perhaps the key, to another place.
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(30)))
    // Attempts are counted and spaced by the caller.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Sends a question.
  func send(_ body: [UInt8]) async throws -> EndpointResponse {
    do {
      return try await withThrowingTaskGroup(of: EndpointResponse?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await exchange(body) }
        // The client's own deadline ends with the reply's head; this one includes the body.
        group.addTask {
          try await Task.sleep(for: .seconds(timeout))
          return nil
        }
        guard let first = try await group.next(), let response = first else {
          throw EndpointFailure.timedOut(seconds: timeout)
        }
        return response
      }
    } catch {
      try Task.checkCancellation()
      throw failure(error)
    }
  }

  private func exchange(_ body: [UInt8]) async throws -> EndpointResponse {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: "resta")
    if let key { request.headers.add(name: "Authorization", value: key.authorization) }
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await Self.client.execute(request, deadline: .distantFuture)
    let isRead = response.status.code == 200
    return EndpointResponse(
      status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"),
      date: response.headers.first(name: "Date"),
      body: isRead
        ? Array(try await response.body.collect(upTo: maximumBytes).readableBytesView) : [])
  }

  /// What went wrong, by kind: a description of the error could hold parts of a reply.
  private func failure(_ error: any Error) -> EndpointFailure {
    switch error {
    case let failure as EndpointFailure: return failure
    case is NIOTooManyBytesError: return .responseTooLarge(limit: maximumBytes)
    case let error as HTTPClientError:
      let timeouts: [HTTPClientError] = [.connectTimeout, .readTimeout, .deadlineExceeded]
      return timeouts.contains(error)
        ? .timedOut(seconds: timeout) : .connectionFailed(kind: error.shortDescription)
    default: return .connectionFailed(kind: "\(type(of: error))")
    }
  }
}

/// Why an endpoint gave no reply: the ``EvaluationError/cause`` of a `judgeFailed`.
///
/// It says what came back, and quotes nothing of it.
package enum EndpointFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing, or not all of it, within the time, in seconds.
  case timedOut(seconds: Double)
  /// The connection was refused, broke, or ended early; the kind of failure.
  case connectionFailed(kind: String)
  /// An HTTP status other than 200.
  case status(Int)
  /// A status that may be retried, but not before longer than the settings allow, in seconds.
  case retryTooLate(status: Int, seconds: Double)
  /// More bytes than the limit.
  case responseTooLarge(limit: Int)
  /// No body.
  case emptyBody
  /// A body of so many bytes that is no JSON.
  case notJSON(bytes: Int)
  /// JSON without something that must be there.
  case missing(field: String)
  /// A message without text: a refusal of the server, or nothing.
  case noText

  /// Whether asking again may help: not where the server understood and declined.
  ///
  /// A body that is no chat completion is asked for again, because proxies put such in place of a
  /// server that starts.
  package var isRetryable: Bool {
    switch self {
    case .timedOut, .connectionFailed, .emptyBody, .notJSON, .missing: true
    case .status(let status): status == 408 || status == 429 || (500...599).contains(status)
    case .retryTooLate, .responseTooLarge, .noText: false
    }
  }

  /// What came back.
  package var description: String {
    switch self {
    case .timedOut(let seconds): "no complete reply within \(seconds) s"
    case .connectionFailed(let kind): "the connection failed (\(kind))"
    case .status(let status): "HTTP status \(status)"
    case .retryTooLate(let status, let seconds):
      "HTTP status \(status) with a request to wait \(seconds) s, longer than is allowed"
    case .responseTooLarge(let limit): "a reply of more than \(limit) bytes"
    case .emptyBody: "an empty body"
    case .notJSON(let bytes): "\(bytes) bytes that are no JSON"
    case .missing(let field): "JSON without '\(field)'"
    case .noText: "a message without text"
    }
  }
}

/// The body of a request for a chat completion, and of its reply.
enum ChatCompletion {
  private struct Question: Encodable {
    var model: String
    var messages: [ChatMessage]
    var temperature: Int
    var maximumTokens: Int

    enum CodingKeys: String, CodingKey {
      case model, messages, temperature
      case maximumTokens = "max_tokens"
    }
  }

  private struct Reply: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable {
        var content: String?
      }
      var message: Message
    }
    var choices: [Choice]
  }

  /// The body of a request, the same bytes each time.
  static func body(
    model: String, messages: [ChatMessage], maximumTokens: Int
  ) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(
        Question(model: model, messages: messages, temperature: 0, maximumTokens: maximumTokens)))
  }

  /// The text of the first choice.
  static func text(in body: [UInt8]) throws(EndpointFailure) -> String {
    guard !body.isEmpty else { throw .emptyBody }
    let reply: Reply
    do {
      reply = try JSONDecoder().decode(Reply.self, from: Data(body))
    } catch DecodingError.keyNotFound(let key, let context) {
      throw .missing(field: path(context.codingPath + [key]))
    } catch DecodingError.typeMismatch(_, let context) {
      throw .missing(field: path(context.codingPath))
    } catch DecodingError.valueNotFound(_, let context) {
      throw .missing(field: path(context.codingPath))
    } catch {
      throw .notJSON(bytes: body.count)
    }
    guard let choice = reply.choices.first else { throw .missing(field: "choices[0]") }
    guard let text = choice.message.content, !text.isEmpty else { throw .noText }
    return text
  }

  /// A field's name; only names that are decoded above can be in it.
  private static func path(_ keys: [any CodingKey]) -> String {
    let path = keys.reduce("") { path, key in
      path + (key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + key.stringValue)
    }
    return path.isEmpty ? "{}" : path
  }
}
