import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import RESTA
import Synchronization

/// What came back over HTTP.
struct EndpointResponse: Sendable {
  var status: Int
  var headers: HTTPHeaders
  /// For other statuses than 200, no more than an error's words need.
  var body: [UInt8]
}

/// Sends one question over HTTP, once.
struct EndpointTransport: Sendable {
  let url: URL
  let key: EndpointKey?
  let proxy: EndpointProxy?
  let timeout: Double
  let maximumBytes: Int

  /// One pool of connections for all endpoints behind the same proxy, or none; they live as long as the
  /// process, and so need no shutting down.
  private static let clients = Mutex<[ClientKey: HTTPClient]>([:])

  private struct ClientKey: Hashable {
    var proxy: EndpointProxy?
    var isTunnel: Bool
  }

  private static func client(_ key: ClientKey) -> HTTPClient {
    clients.withLock { clients in
      if let client = clients[key] { return client }
      var configuration = HTTPClient.Configuration(
        // A redirect would take the prompts, and perhaps the key, to another place.
        redirectConfiguration: .disallow,
        timeout: .init(connect: .seconds(30)),
        // What is inflated is counted by whoever reads it; this ends a body that inflates at once.
        decompression: .enabled(limit: .size(1 << 26)))
      // Attempts are counted and spaced by the caller.
      configuration.connectionPool.retryConnectionEstablishment = false
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
      if let proxy = key.proxy, key.isTunnel {
        configuration.proxy = .server(
          host: proxy.host, port: proxy.port,
          authorization: proxy.credentials.map { .basic(credentials: $0) })
      } else if key.proxy != nil {
        // The client would open a tunnel, which most proxies allow to port 443 only.
        configuration.http1_1ConnectionDebugInitializer = { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
            try pipeline.addHandler(AbsoluteTarget(), position: .after(encoder))
          }
        }
      }
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      clients[key] = client
      return client
    }
  }

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
    let isTunnel = url.scheme == "https"
    var request = HTTPClientRequest(url: url.absoluteString)
    if let proxy, !isTunnel {
      // To the proxy, which is told where it really goes.
      var parts = URLComponents(url: url, resolvingAgainstBaseURL: false)
      let bracketed = { (host: String) -> String in
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
      }
      parts?.host = bracketed(proxy.host)
      parts?.port = proxy.port
      request.url = parts?.string ?? request.url
      let host = bracketed(url.host(percentEncoded: true) ?? "")
      request.headers.add(name: "Host", value: url.port.map { "\(host):\($0)" } ?? host)
      if let credentials = proxy.credentials {
        request.headers.add(name: "Proxy-Authorization", value: "Basic \(credentials)")
      }
    }
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "Accept-Encoding", value: "gzip, deflate")
    request.headers.add(name: "User-Agent", value: "resta")
    if let key { request.headers.add(name: key.header, value: key.value) }
    request.body = .bytes(ByteBuffer(bytes: body))
    let client = Self.client(ClientKey(proxy: proxy, isTunnel: isTunnel))
    let response = try await client.execute(request, deadline: .distantFuture)
    let isAnswer = response.status.code == 200
    var received = ByteBuffer()
    if isAnswer {
      received = try await response.body.collect(upTo: maximumBytes)
    } else if let words = try? await response.body.collect(upTo: 1 << 16) {
      received = words
    }
    return EndpointResponse(
      status: Int(response.status.code), headers: response.headers,
      body: Array(received.readableBytesView))
  }

  /// What went wrong, by kind: a description of the error could hold parts of a reply.
  private func failure(_ error: any Error) -> EndpointFailure {
    switch error {
    case let failure as EndpointFailure: return failure
    case is NIOTooManyBytesError: return .responseTooLarge(limit: maximumBytes)
    case let error as HTTPClientError:
      let timeouts: [HTTPClientError] = [.connectTimeout, .readTimeout, .deadlineExceeded]
      return timeouts.contains(error)
        ? .timedOut(seconds: timeout) : failed(error.shortDescription)
    case is NIOHTTPDecompression.DecompressionError: return .responseTooLarge(limit: maximumBytes)
    default: return failed("\(type(of: error))")
    }
  }
  private func failed(_ kind: String) -> EndpointFailure {
    .connectionFailed(kind: proxy.map { "\(kind), through the proxy \($0)" } ?? kind)
  }
}

/// Asks a proxy for a whole address, as RFC 9112 (section 3.2.2) has it.
private final class AbsoluteTarget: ChannelOutboundHandler, Sendable {
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data) else {
      return context.write(data, promise: promise)
    }
    head.uri = "http://\(head.headers.first(name: "Host") ?? "")\(head.uri)"
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}
