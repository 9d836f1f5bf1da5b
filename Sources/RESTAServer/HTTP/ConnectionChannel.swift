import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization

/// A connection of HTTP/1.1, with a ``ConnectionWatch`` between its parser and the framework.
///
/// The framework's own channel has no place for a handler that still sees a request's version and form,
/// and what lies behind it on the connection.
struct ConnectionChannel: HTTPChannelHandler {
  typealias Value = AcceptedConnection

  let responder: Responder
  let limits: ServerSettings.Limits
  /// Notes a request that was refused before it got an identity; gives it one.
  let refused: @Sendable (APIError) -> String

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let idle = TimeAmount.milliseconds(Int64(limits.idleSeconds * 1000))
      let watch = ConnectionWatch(
        readSeconds: limits.readSeconds, stallTime: idle, refused: refused)
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ByteWatch(watch: watch))
      var decoder = NIOHTTPDecoderLimitConfiguration()
      decoder.maxHeaderFieldSize = 16_384
      decoder.maxHeaderListSize = 32_768
      decoder.maxHeaderFieldCount = 100
      // The watch keeps pipelined requests apart and answers what cannot be parsed; the types that
      // replies are made of allow no invalid header.
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false, withErrorHandling: false,
        withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
        withDecoderLimitConfiguration: decoder)
      try pipeline.addHandler(watch)
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
      try pipeline.addHandler(
        HTTPConnectionStateHandler(
          idleTimeout: .milliseconds(Int64(limits.idleSeconds * 1000)), logger: logger))
      return try AcceptedConnection(
        NIOAsyncChannel(
          wrappingChannelSynchronously: channel,
          configuration: .init(isOutboundHalfClosureEnabled: true)))
    }
  }

  func handle(value: Value, logger: Logger) async {
    await handleHTTP(asyncChannel: value.take(), logger: logger)
  }
}

/// A connection between its acceptance and its handling.
///
/// One that nobody takes is closed. Whoever connects in the moment in which the server stops accepting is dropped by
/// it unhandled, and the framework ends the whole process where the writer of a connection goes unfinished.
final class AcceptedConnection: ServerChildChannelValue {
  typealias Parts = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  private let parts: Parts
  private let isTaken = Atomic(false)

  init(_ parts: Parts) { self.parts = parts }

  var channel: any Channel { parts.channel }

  /// What to read from and to write to; the caller finishes it.
  func take() -> Parts {
    isTaken.store(true, ordering: .relaxed)
    return parts
  }

  deinit {
    guard !isTaken.load(ordering: .relaxed) else { return }
    // Held by the task until its writer is finished.
    Task { [parts] in try? await parts.executeThenClose { _, _ in } }
  }
}

/// Tells a ``ConnectionWatch`` of bytes before they are parsed: half a head is no part of a request yet.
///
/// The last byte that is no line's end is parsed by itself: where the request before it was complete, it begins
/// another. Line ends alone begin none, as those that some clients send behind a body.
private final class ByteWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let watch: ConnectionWatch

  init(watch: ConnectionWatch) { self.watch = watch }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if let last = bytes.readableBytesView.lastIndex(where: { $0 != 0x0D && $0 != 0x0A }) {
      watch.bytesArrived()
      if let before = bytes.readSlice(length: last - bytes.readerIndex), before.readableBytes > 0 {
        context.fireChannelRead(wrapInboundOut(before))
        watch.bytesArrived()
      }
    }
    context.fireChannelRead(wrapInboundOut(bytes))
  }
}
