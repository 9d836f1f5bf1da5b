import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A client that sends the bytes it likes, when it likes, and notes what comes back.
final class RawClient: Sendable {
  private let channel: any Channel
  private let received: Received

  private final class Received: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let text = Mutex("")

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let more = String(buffer: unwrapInboundIn(data))
      text.withLock { $0 += more }
    }
  }

  /// Connects to a port of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - reads: Whether it reads what comes, before ``closed()``.
  ///   - first: What is sent at once: beside hundreds of tests it can take seconds to come to
  ///     ``send(_:)``.
  /// - Throws: What connecting throws.
  init(port: Int, reads: Bool = true, first: String = "") async throws {
    let received = Received()
    self.received = received
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.minutes(5))
      .channelOption(.autoRead, value: reads)
      .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 20 : 4096)
      .channelInitializer { $0.pipeline.addHandler(received) }
      .connect(host: "127.0.0.1", port: port)
      .flatMap { channel in
        channel.writeAndFlush(ByteBuffer(string: first)).map { channel }
      }.get()
  }

  /// A request with the fields that a good one has.
  static func request(
    _ line: String, _ fields: String..., body: String = "", length: Int? = nil
  ) -> String {
    var lines = ["\(line) HTTP/1.1", "Host: localhost"]
    let length = length ?? body.utf8.count
    if line.hasPrefix("POST"), !fields.contains(where: { $0.hasPrefix("Transfer-Encoding") }) {
      lines.append("Content-Length: \(length)")
    }
    if line.hasPrefix("POST"), !fields.contains(where: { $0.hasPrefix("Content-Type") }) {
      lines.append("Content-Type: application/json")
    }
    return (lines + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  /// A request for a chat completion.
  static func chat(_ fields: String..., more: String = "") -> String {
    let head = request(
      "POST /v1/chat/completions", body: #"{"messages":[{"role":"user","content":"a"}]\#(more)}"#)
    return fields.isEmpty
      ? head
      : head.replacing("\r\nHost", with: "\r\n" + fields.joined(separator: "\r\n") + "\r\nHost")
  }

  /// Sends; a connection that the server has closed takes nothing more, which is no failure.
  func send(_ text: String) async { try? await channel.writeAndFlush(ByteBuffer(string: text)) }

  /// Closes the sending half.
  func endSending() async throws { try await channel.close(mode: .output) }

  func close() async throws { try await channel.close() }

  /// Whether neither side has closed the connection.
  var isOpen: Bool { channel.isActive }

  var text: String { received.text.withLock { $0 } }

  /// The status of each reply whose head has come, interim ones too; no body of the tests begins a
  /// line like one.
  var statuses: [Int] {
    text.split(separator: "HTTP/1.").dropFirst(text.hasPrefix("HTTP/1.") ? 0 : 1)
      .filter { $0.contains("\r\n\r\n") }
      .compactMap { Int($0.dropFirst(2).prefix(3)) }
  }

  /// Waits until the heads of so many replies have come, or the connection is closed; a body may still be on its
  /// way, see ``shows(_:)``.
  @discardableResult
  func replies(_ count: Int) async throws -> [Int] {
    try await until { self.statuses.count >= count || !self.isOpen }
    return statuses
  }

  /// Waits until what has come contains a text.
  func shows(_ part: String) async throws {
    try await until { self.text.contains(part) || !self.isOpen }
    #expect(text.contains(part))
  }

  /// Waits until the server has closed the connection, long before it is closed for being idle; what is left is
  /// read then.
  func closed() async throws {
    // Fails where it is closed already.
    try? await channel.setOption(.autoRead, value: true).get()
    try await until { !self.isOpen }
  }
}
