import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads the body of a request, within the operator's limits of size and time.
struct BodyCollector: Sendable {
  /// The most bytes.
  let limit: Int
  /// How long it may take, in seconds.
  let seconds: Double

  /// Reads the body of a request that must be JSON.
  ///
  /// A type that browsers do not send across sites without asking first is also what keeps other
  /// sites' forms out.
  ///
  /// - Parameter request: The request.
  /// - Returns: The body's bytes.
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
