import HTTPTypes
import Hummingbird
import Logging
import RESTA

/// The outermost layer: gives each request an id, turns what is thrown into OpenAI's error objects, and
/// logs and counts the request when its reply is complete.
struct RequestRecorder: RouterMiddleware {
  typealias Context = ServerContext

  let metrics: ServerMetrics
  let mapper: ErrorMapper
  let logger: Logger

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = Response.failure(mapper.error(for: error, request, context))
    }
    response.headers[.requestID] = context.id
    // The page and the API hold nothing that a cache may keep, or another site may frame.
    response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    let status = response.status.code
    let body = response.body
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      defer { record(request, context, status: status, after: .now - start) }
      try await body.write(writer)
    }
    return response
  }

  private func record(
    _ request: Request, _ context: ServerContext, status: Int, after time: Duration
  ) {
    let seconds = time / .seconds(1)
    // Only paths that exist: a label for each path that is tried would fill the memory.
    let route = mapper.routes.contains(context.endpointPath) ? context.endpointPath : nil
    let final = context.gone.hasFired ? 499 : status
    metrics.requestEnded(route: route ?? "other", status: final, seconds: seconds)
    var metadata = context.notes.metadata
    metadata["method"] = .string(request.method.rawValue)
    metadata["path"] = .string(route ?? request.uri.path)
    metadata["id"] = .string(context.id)
    metadata["status"] = "\(final)"
    metadata["seconds"] = "\((seconds * 1000).rounded() / 1000)"
    logger.info("request", metadata: metadata)
  }
}
