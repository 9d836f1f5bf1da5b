import HTTPTypes
import Hummingbird
import Logging
import RESTA

/// The outermost layer: gives each reply an id, turns what is thrown into OpenAI's error objects, and
/// has the request logged and counted.
struct RequestRecorder: RouterMiddleware {
  typealias Context = ServerContext

  let metrics: ServerMetrics
  let mapper: ErrorMapper
  let logger: Logger

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    let record = RequestRecord(
      request, context, metrics: metrics, logger: logger, routes: mapper.routes)
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = Response.failure(mapper.error(for: error, request, context))
    }
    response.headers[.requestID] = context.id
    // The page and the API hold nothing that a cache may keep.
    response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    let (status, body, isHead) = (response.status.code, response.body, request.method == .head)
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      let count = CountingWriter.Count()
      do {
        // An error's reply to a HEAD request would be taken for the next reply.
        if isHead {
          try await writer.finish(nil)
        } else {
          try await body.write(CountingWriter(writer, count: count))
        }
        record.complete(status: status)
      } catch {
        // A client that has all of it may close before the end is written, which has no bytes.
        let isComplete = isHead || count.value == body.contentLength
        record.complete(status: isComplete ? status : 499)
        throw error
      }
    }
    return response
  }
}
