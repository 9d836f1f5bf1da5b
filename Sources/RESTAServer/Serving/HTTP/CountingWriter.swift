import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Counts what of a reply's body is written, to tell a client that left behind a complete reply from
/// one that left before.
struct CountingWriter: ResponseBodyWriter {
  /// How many bytes, wherever the writer has gone.
  final class Count: Sendable {
    private let bytes = Mutex(0)

    var value: Int { bytes.withLock { $0 } }

    func add(_ more: Int) { bytes.withLock { $0 += more } }
  }

  private var parent: any ResponseBodyWriter
  private let count: Count

  init(_ parent: any ResponseBodyWriter, count: Count) {
    self.parent = parent
    self.count = count
  }

  mutating func write(_ buffer: ByteBuffer) async throws {
    try await parent.write(buffer)
    count.add(buffer.readableBytes)
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
    try await parent.finish(trailingHeaders)
  }
}
