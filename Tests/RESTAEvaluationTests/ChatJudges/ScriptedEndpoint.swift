import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers as told, one step for each request.
final class ScriptedEndpoint: Sendable {
  /// What is done with a request.
  enum Step: Sendable {
    /// A whole reply.
    case reply(Int, headers: [String: String] = [:], body: String)
    /// A whole reply of bytes in hexadecimals.
    case bytes([String: String], hex: String)
    /// Nothing, ever.
    case hang
    /// The head and a part of the body, and then nothing.
    case stall
    /// The connection ends without a reply.
    case close
    /// The connection ends in the middle of the body.
    case cutOff
    /// A correct reply after some time.
    case late(milliseconds: Int64)
    /// A correct reply, once the server is told to go on.
    case held

    /// A chat completion.
    static func says(_ text: String) -> Step {
      .reply(200, body: #"{"choices":[{"message":{"role":"assistant","content":"\#(text)"}}]}"#)
    }
  }

  /// What was asked.
  struct Request: Sendable {
    var method: HTTPMethod
    var uri: String
    var headers: HTTPHeaders
    var body: String
  }

  private struct State {
    var steps: [Step]
    var requests: [Request] = []
    var answering = 0
    var mostAnswering = 0
    var closed = 0
    var isReleased = false
  }

  private let channel: any Channel
  // Invariant: `requests` holds one for each step that was taken.
  private let state: Arc

  /// Shared with the connections' handlers.
  private final class Arc: Sendable {
    let state: Mutex<State>
    init(_ state: State) { self.state = Mutex(state) }
  }

  /// Where it listens.
  let address: String

  /// Starts a server.
  ///
  /// - Parameter steps: What it does; the last one again and again.
  /// - Throws: When it cannot listen.
  init(_ steps: [Step]) async throws {
    let state = Arc(State(steps: steps))
    self.state = state
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(state))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    address = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
  }

  /// Every request so far.
  var requests: [Request] { state.state.withLock { $0.requests } }
  /// The most requests that were being answered at the same time.
  var mostAnswering: Int { state.state.withLock { $0.mostAnswering } }
  /// Connections that ended.
  var closed: Int { state.state.withLock { $0.closed } }

  /// Lets it answer what it holds.
  func release() { state.state.withLock { $0.isReleased = true } }

  /// Waits until something is so, for minutes: no test waits so long.
  ///
  /// - Returns: Whether it became so.
  func wait(until condition: (ScriptedEndpoint) -> Bool) async throws -> Bool {
    for _ in 0..<18_000 {
      if condition(self) { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: Arc
    private var request: Request?

    init(_ shared: Arc) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        request = Request(
          method: head.method, uri: head.uri, headers: head.headers, body: "")
      case .body(let buffer):
        request?.body += String(buffer: buffer)
      case .end:
        guard let request else { return }
        let step = shared.state.withLock { state in
          state.requests.append(request)
          state.answering += 1
          state.mostAnswering = max(state.mostAnswering, state.answering)
          return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
        }
        take(step, context)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      shared.state.withLock { $0.closed += 1 }
      context.fireChannelInactive()
    }

    private func take(_ step: Step, _ context: ChannelHandlerContext) {
      switch step {
      case .reply(let status, let headers, let body):
        send(status, headers, body.utf8, length: body.utf8.count, context)
        end(context)
      case .bytes(let headers, let hex):
        let bytes = stride(from: 0, to: hex.count, by: 2).compactMap {
          UInt8(hex.dropFirst($0).prefix(2), radix: 16)
        }
        send(200, headers, bytes, length: bytes.count, context)
        end(context)
      case .hang: break
      case .stall: send(200, [:], "{".utf8, length: 1000, context)
      case .close: context.close(promise: nil)
      case .cutOff:
        send(200, [:], #"{"choices":[{"#.utf8, length: 1000, context)
        context.close(promise: nil)
      case .late(let milliseconds):
        // Runs on this handler's own event loop.
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: .milliseconds(milliseconds)) {
          self.take(.says("[[NO]]"), context)
        }
      case .held:
        if shared.state.withLock({ $0.isReleased }) { return take(.says("[[NO]]"), context) }
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: .milliseconds(5)) { self.take(.held, context) }
      }
    }

    private func send(
      _ status: Int, _ headers: [String: String], _ body: some Sequence<UInt8>, length: Int,
      _ context: ChannelHandlerContext
    ) {
      var head = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: status))
      head.headers.add(name: "Content-Length", value: "\(length)")
      for (name, value) in headers { head.headers.add(name: name, value: value) }
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(
        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
      shared.state.withLock { $0.answering -= 1 }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
