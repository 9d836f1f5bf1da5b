import NIOCore
import NIOPosix

/// A client that sends a request and never reads the reply.
struct SilentClient: Sendable {
  private let channel: any Channel

  /// Connects and sends.
  ///
  /// - Parameters:
  ///   - port: Of 127.0.0.1.
  ///   - body: JSON, for chat completions.
  /// - Throws: What connecting throws.
  init(port: Int, body: String) async throws {
    channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false)
      .channelOption(.socketOption(.so_rcvbuf), value: 4096)
      .connect(host: "127.0.0.1", port: port).get()
    let request = """
      POST /v1/chat/completions HTTP/1.1\r
      Host: 127.0.0.1:\(port)\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      \r
      \(body)
      """
    try await channel.writeAndFlush(ByteBuffer(string: request))
  }

  /// Waits until the server has closed the connection: what is left is read then.
  ///
  /// - Throws: What reading throws.
  func closed() async throws {
    try await Task.sleep(for: .seconds(2))
    try await channel.setOption(.autoRead, value: true).get()
    try? await channel.closeFuture.get()
  }
}
