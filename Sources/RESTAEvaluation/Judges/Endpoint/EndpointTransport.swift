import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

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
  ///
  /// - Parameter body: The request's body.
  /// - Returns: What came back.
  /// - Throws: ``EndpointFailure``; `CancellationError` at once when the task is cancelled.
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
