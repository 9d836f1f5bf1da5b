import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads the body of a request, within the operator's limit of its size.
struct BodyCollector: Sendable {
  let limit: Int

  /// Reads the body of a request that must be JSON.
  ///
  /// A type that browsers do not send across sites without asking first is also what keeps other
  /// sites' forms out. What the head already shows to be wrong is refused before the client sends the
  /// body, if it waits for a word (`Expect: 100-continue`).
  ///
  /// - Throws: ``APIError`` 400, 408, 413 or 415; `CancellationError` when the client is gone.
  func json(of request: Request, _ context: ServerContext) async throws -> [UInt8] {
    let type = request.headers[.contentType]?.split(separator: ";").first
    guard type?.trimmed(\.isWhitespace).lowercased() == "application/json" else {
      throw APIError.notJSON
    }
    if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
      throw APIError.encoded
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw APIError.tooLarge(limit: limit)
    }
    context.wantBody()
    return try await read(request.body)
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
    } catch let error as HTTPParserError {
      throw APIError(error)
    } catch {
      // The connection broke in the middle of the body.
      throw CancellationError()
    }
    // The iteration ends quietly when its task is cancelled; half a body must not pass for all of it.
    try Task.checkCancellation()
    return bytes
  }
}

extension APIError {
  /// The body is compressed: 415.
  fileprivate static let encoded = invalid(
    "Send the body as it is: no Content-Encoding is supported.",
    code: "unsupported_content_encoding", status: 415)
}
