import HTTPTypes
import NIOCore
import NIOHTTP1

/// Watches one connection: lets its requests through one after the other, tells a request that its
/// client is gone, gives up on clients that send too slowly, and closes behind a reply that says so.
///
/// It sits right behind the HTTP parser. A client that goes away shows there at once as a closed input,
/// long before anything is written that would fail.
final class ConnectionWatch: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Sent down the pipeline by a request.
  enum Event: Sendable {
    /// It wants to know when its client is gone.
    case answering(gone: OneShotSignal)
    /// It will read the body: a client that waits for that may send it.
    case bodyWanted
  }

  /// What waits behind the request that is answered.
  private enum Held {
    case part(HTTPServerRequestPart)
    case fault(APIError)
  }

  /// The request that is received or answered.
  private struct Current {
    let version: HTTPVersion
    let isKeepAlive: Bool
    var awaitsContinue: Bool
    /// Whether all of it is here.
    var isComplete = false
  }

  /// How long a client may take to read a reply that ends the connection.
  private static let linger = TimeAmount.seconds(1)

  private let readSeconds: Double
  private let stallTime: TimeAmount
  private let refused: @Sendable (APIError) -> String
  private var context: ChannelHandlerContext?
  private var deadline: Scheduled<Void>?
  private var stall: Scheduled<Void>?
  private var gone: OneShotSignal?
  private var isInputClosed = false
  private var closesBehindReply = false
  private var current: Current?
  // Invariant: something is held only while a complete request is answered.
  private var held = CircularBuffer<Held>()
  /// Whether reading goes on once nothing is held any more.
  private var isReadHeld = false
  /// Whether bytes have come that are not part of a complete request yet.
  private var hasBytes = false
  /// Whether the last reply is out: what still arrives is nobody's.
  private var isEnding = false

  init(
    readSeconds: Double, stallTime: TimeAmount, refused: @escaping @Sendable (APIError) -> String
  ) {
    self.readSeconds = readSeconds
    self.stallTime = stallTime
    self.refused = refused
  }

  // MARK: The connection

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { startDeadline() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    stall?.cancel()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    startDeadline()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    inputClosed()
    context.fireChannelInactive()
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

  /// Nobody is left to answer: not the request that is worked on, and none of those behind it.
  private func inputClosed() {
    isInputClosed = true
    held.removeAll()
    gone?.fire()
    gone = nil
  }

  // MARK: What comes in

  /// Bytes were read, and are parsed next.
  func bytesArrived() {
    if !hasBytes, current == nil {
      // It ran from the connection's start, for whoever says nothing.
      deadline?.cancel()
      deadline = nil
    }
    hasBytes = true
    if current == nil, !isEnding { startDeadline() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    let part = unwrapInboundIn(data)
    if case .end = part { hasBytes = false }
    if isAnswering { held.append(.part(part)) } else { deliver(part, context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What follows a fault is no other one.
    if error is ByteToMessageDecoderError { return }
    if error is IOError { inputClosed() }
    guard let fault = error as? HTTPParserError, !isEnding else {
      return context.fireErrorCaught(error)
    }
    if isAnswering {
      held.append(.fault(APIError(fault)))
    } else if current == nil {
      refuse(APIError(fault), context)
    } else {
      // In a body: answered by whoever reads it.
      context.fireErrorCaught(error)
    }
  }

  /// Who sends one request behind the other, unanswered, is not read from while some wait.
  func read(context: ChannelHandlerContext) {
    if held.isEmpty { context.read() } else { isReadHeld = true }
  }

  private var isAnswering: Bool { current?.isComplete == true }

  private func deliver(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head):
      do throws(APIError) {
        let checked = try RequestHead(head)
        startDeadline()
        current = Current(
          version: head.version, isKeepAlive: checked.isKeepAlive,
          awaitsContinue: checked.awaitsContinue)
        context.fireChannelRead(wrapInboundOut(.head(checked.head)))
      } catch {
        refuse(error, context)
      }
    case .body:
      current?.awaitsContinue = false
      context.fireChannelRead(wrapInboundOut(part))
    case .end:
      deadline?.cancel()
      deadline = nil
      current?.isComplete = true
      context.fireChannelRead(wrapInboundOut(part))
    }
  }

  /// One time for the whole of a request, from its first byte to its last: bytes that never become one
  /// are no sign of life.
  private func startDeadline() {
    guard deadline == nil, let context else { return }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: .milliseconds(Int64(readSeconds * 1000))) {
      let (watch, context) = bound.value
      watch.readTimedOut(context)
    }
  }

  private func readTimedOut(_ context: ChannelHandlerContext) {
    deadline = nil
    let error = APIError.readTimedOut(after: readSeconds)
    if current != nil {
      context.fireErrorCaught(error)
    } else if hasBytes {
      refuse(error, context)
    } else {
      context.close(promise: nil)
    }
  }

  // MARK: What goes out

  func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    switch event as? Event {
    case nil: return context.triggerUserOutboundEvent(event, promise: promise)
    case .answering(let gone):
      self.gone = gone
      if isInputClosed { gone.fire() }
    case .bodyWanted:
      if current?.awaitsContinue == true {
        current?.awaitsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
      }
    }
    promise?.succeed()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isEnding else {
      promise?.succeed()
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // A reply to half a request: reading the other half could take as long as a client likes.
      if !isAnswering || current?.isKeepAlive != true {
        head.headers.replaceOrAdd(name: "connection", value: "close")
      }
      closesBehindReply = !head.isKeepAlive
      head.version = current?.version ?? head.version
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end where closesBehindReply: end(data, context, promise)
    case .end:
      context.write(data, promise: promise)
      current = nil
      gone = nil
      readOn(context)
    }
  }

  /// Goes on with what waits behind the request that is answered now.
  private func readOn(_ context: ChannelHandlerContext) {
    while !isAnswering, !isEnding, let next = held.popFirst() {
      switch next {
      case .part(let part): deliver(part, context)
      case .fault(let error) where current == nil: refuse(error, context)
      case .fault(let error): context.fireErrorCaught(error)
      }
    }
    // Half a head came while the one before was answered.
    if current == nil, hasBytes, !isEnding { startDeadline() }
    context.fireChannelReadComplete()
    if held.isEmpty, isReadHeld {
      isReadHeld = false
      context.read()
    }
  }

  /// Answers what is no request.
  private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
    let body = WireJSON.bytes(ErrorReply(error))
    var head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: error.status))
    head.headers = [
      "content-type": "application/json", "content-length": "\(body.count)",
      "connection": "close", "cache-control": "no-store", "x-content-type-options": "nosniff",
      HTTPField.Name.requestID.rawName: refused(error),
    ]
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    end(wrapOutboundOut(.end(nil)), context, nil)
  }

  /// Writes the end of the last reply of the connection.
  private func end(
    _ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
  ) {
    isEnding = true
    held.removeAll()
    deadline?.cancel()
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.cascade(to: promise)
    context.writeAndFlush(data, promise: written)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    written.futureResult.whenComplete { _ in
      // Closing outright while data is unread would make the kernel drop the reply.
      bound.value.close(mode: .output, promise: nil)
      bound.value.eventLoop.scheduleTask(in: Self.linger) { bound.value.close(promise: nil) }
    }
    // What was held back is read now, and dropped.
    if isReadHeld { context.read() }
  }
}
