import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Watches one connection: tells a request that its client is gone, gives up on clients that send
/// too slowly, and closes behind a reply that says so.
///
/// It sits right behind the HTTP decoder. A client that goes away shows there at once as a closed
/// input, long before anything is written that would fail.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Sent down the pipeline by a request that wants to know when its client is gone.
  struct Subscription: Sendable {
    let gone: OneShotSignal
  }

  /// How long a client may take to read a reply that ends the connection.
  private static let linger = TimeAmount.seconds(1)

  private let headTime: TimeAmount
  private let stallTime: TimeAmount
  private var deadline: Scheduled<Void>?
  private var stall: Scheduled<Void>?
  private var gone: OneShotSignal?
  private var isInputClosed = false
  private var closesBehindReply = false
  /// Whether a request has begun to arrive and is not complete.
  private var isReading = false
  /// Whether the last reply is out: what still arrives is nobody's.
  private var isEnding = false

  init(headTime: TimeAmount, stallTime: TimeAmount) {
    self.headTime = headTime
    self.stallTime = stallTime
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { startDeadline(context) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    stall?.cancel()
  }

  func channelActive(context: ChannelHandlerContext) {
    startDeadline(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    inputClosed()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset connection; a parser's error is answered by whoever reads.
    if error is IOError { inputClosed() }
    context.fireErrorCaught(error)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { inputClosed() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stall?.cancel()
    stall = nil
    if !context.channel.isWritable {
      // Whoever writes waits for the client, and the client may never read.
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      stall = context.eventLoop.scheduleTask(in: stallTime) { bound.value.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    switch unwrapInboundIn(data) {
    case .head:
      deadline?.cancel()
      deadline = nil
      isReading = true
    case .body: break
    case .end: isReading = false
    }
    context.fireChannelRead(data)
  }

  func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    guard let subscription = event as? Subscription else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    gone = subscription.gone
    if isInputClosed { subscription.gone.fire() }
    promise?.succeed()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // A reply to half a request: reading the other half could take as long as a client likes.
      if isReading { head.headerFields[.connection] = "close" }
      closesBehindReply = head.headerFields[.connection] == "close"
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end where closesBehindReply:
      isEnding = true
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.cascade(to: promise)
      context.writeAndFlush(data, promise: written)
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in
        // Closing outright while data is unread would make the kernel drop the reply.
        bound.value.close(mode: .output, promise: nil)
        bound.value.eventLoop.scheduleTask(in: Self.linger) { bound.value.close(promise: nil) }
      }
    case .end: context.write(data, promise: promise)
    }
  }

  private func inputClosed() {
    isInputClosed = true
    gone?.fire()
    gone = nil
  }

  /// Bytes that never become a head are no sign of life: a head has one deadline from its first byte
  /// to its last.
  private func startDeadline(_ context: ChannelHandlerContext) {
    guard deadline == nil else { return }
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: headTime) { bound.value.close(promise: nil) }
  }
}

/// Reads the body of a request, within the operator's limits of size and time.
struct BodyCollector: Sendable {
  let limit: Int
  /// How long it may take, in seconds.
  let seconds: Double

  /// Reads the body of a request that must be JSON.
  ///
  /// A type that browsers do not send across sites without asking first is also what keeps other
  /// sites' forms out.
  ///
  /// - Throws: ``APIError`` 408, 413 or 415; `CancellationError` when the client is gone.
  func json(of request: Request) async throws -> [UInt8] {
    let type = request.headers[.contentType]?.split(separator: ";").first
    guard type?.trimmingWhitespace().lowercased() == "application/json" else {
      throw APIError.notJSON
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw APIError.tooLarge(limit: limit)
    }
    return try await withThrowingTaskGroup(of: [UInt8].self) { group in
      group.addTask { try await read(request.body) }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw APIError.readTimedOut(after: seconds)
      }
      defer { group.cancelAll() }
      return try await group.next() ?? []
    }
  }

  private func read(_ body: RequestBody) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      for try await part in body {
        guard bytes.count + part.readableBytes <= limit else {
          throw APIError.tooLarge(limit: limit)
        }
        bytes += part.readableBytesView
      }
    } catch let error as APIError {
      throw error
    } catch is HTTPParserError {
      throw APIError.invalid("The request's body is not valid HTTP: a chunk of it is malformed.")
    } catch {
      // The connection broke in the middle of the body.
      throw CancellationError()
    }
    // The iteration ends quietly when its task is cancelled; half a body must not pass for all of it.
    try Task.checkCancellation()
    return bytes
  }
}

extension Substring {
  fileprivate func trimmingWhitespace() -> Substring {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
