/// The pieces of a stream of server-sent events.
enum ServerSentEvent {
  /// What ends every stream, an aborted one too.
  static let done = Array("data: [DONE]\n\n".utf8)

  /// A comment, which clients skip: it shows proxies and clients that the connection lives.
  static let keepAlive = Array(": keep-alive\n\n".utf8)

  /// One event.
  ///
  /// - Parameter value: Its data.
  /// - Returns: UTF-8.
  static func data(_ value: some Encodable) -> [UInt8] {
    Array("data: ".utf8) + WireJSON.bytes(value) + Array("\n\n".utf8)
  }
}
