import HTTPTypes
import Hummingbird

/// Lets in who may come in: keeps other sites' pages out, and asks for a key.
struct Guard: RouterMiddleware {
  typealias Context = ServerContext

  let origins: OriginPolicy
  let keys: APIKeys
  let mapper: ErrorMapper

  /// What is answered without a key: load balancers have none.
  private static let open: Set<String> = ["/health"]

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    let origin = request.headers[.origin]
    if let error = origins.check(host: request.head.authority, origin: origin) { throw error }
    if request.method == .options, let origin { return preflight(request, origin: origin) }
    var context = context
    if !keys.isEmpty, !Self.open.contains(request.uri.path) {
      guard let client = keys.identity(authorization: request.headers[.authorization]) else {
        throw APIError(
          status: 401, type: "authentication_error", code: "invalid_api_key",
          message: "A valid API key is needed: 'Authorization: Bearer KEY'.")
      }
      context.client = client
      context.notes.client = client
    }
    // Errors too: a page that may read the answer may read why there is none.
    do {
      return add(origin, to: try await next(request, context))
    } catch {
      return add(origin, to: .failure(mapper.error(for: error, request, context)))
    }
  }

  private func add(_ origin: String?, to response: Response) -> Response {
    guard let origin else { return response }
    return response.adding(origins.corsHeaders(origin: origin))
  }

  private func preflight(_ request: Request, origin: String) -> Response {
    let wanted = request.headers[.custom("access-control-request-headers")]
    return Response(status: .noContent)
      .adding(origins.preflightHeaders(origin: origin, requestedHeaders: wanted))
  }
}
