import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Lets in who may come in: keeps other sites' pages out, and asks for a key.
struct Guard: RouterMiddleware {
  typealias Context = ServerContext

  let origins: OriginPolicy
  let keys: APIKeys
  let routes: RouteTable

  /// What is answered without a key: load balancers have none.
  private static let open: Set<String> = ["/health"]

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    let origin = request.headers[.origin]
    if let error = origins.check(host: request.head.authority, origin: origin) { throw error }
    if request.method == .options, let origin {
      let wanted = request.headers[.custom("access-control-request-headers")]
      return Response(status: .noContent)
        .adding(origins.preflightHeaders(origin: origin, requestedHeaders: wanted))
    }
    // For errors too: a page that may read the answer may read why there is none.
    let cors = origin.map { origins.corsHeaders(origin: $0) } ?? []
    do {
      var context = context
      if !keys.isEmpty, !Self.open.contains(request.uri.path) {
        guard let client = keys.identity(authorization: request.headers[.authorization]) else {
          throw APIError(
            status: 401, type: "authentication_error", code: "invalid_api_key",
            message: "A valid API key is needed: 'Authorization: Bearer KEY'.")
        }
        context.client = client
        context.notes.add("client", client)
      }
      let allowed = routes.allowed(request.uri.path)
      if request.method == .options, !allowed.isEmpty {
        return Response(status: .noContent, headers: [.allow: allowed.joined(separator: ", ")])
      }
      return try await next(request, context).adding(cors)
    } catch {
      return .failure(routes.error(for: error, request, context)).adding(cors)
    }
  }
}

/// Which methods each path takes; for the difference between 404 and 405.
struct RouteTable: Sendable {
  private var methods: [String: [String]] = [:]

  mutating func add(_ method: String, _ path: String) {
    methods[path, default: []].append(method)
  }

  /// Whether there is such a route.
  func contains(_ path: String?) -> Bool { path.map { methods[$0] != nil } ?? false }

  /// The methods of a path, in order; none where there is nothing.
  ///
  /// As the router does, it takes several slashes for one. Nothing is decoded: `/%76%31` is not `/v1`, and
  /// no dots lead anywhere.
  func allowed(_ path: String) -> [String] {
    let path = "/" + path.split(separator: "/").joined(separator: "/")
    if path == "/*" { return Set(methods.values.joined()).union(["OPTIONS"]).sorted() }
    guard let found = methods.first(where: { Self.matches($0.key, path) }) else { return [] }
    return (found.value + ["OPTIONS"]).sorted()
  }

  /// A pattern may end with `**`, which stands for one or more parts.
  private static func matches(_ pattern: String, _ path: String) -> Bool {
    guard pattern.hasSuffix("/**") else { return pattern == path }
    return path.hasPrefix(pattern.dropLast(2)) && path.count > pattern.count - 2
  }

  func error(method: String, path: String) -> APIError {
    let allowed = allowed(path)
    return allowed.isEmpty || allowed.contains(method)
      ? .unknownURL : .methodNotAllowed(allowed.filter { $0 != "OPTIONS" })
  }
}

/// What belongs to one request beside its head and body.
struct ServerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Fires when the client is gone.
  let gone: OneShotSignal
  /// Whose key the request came with; `anonymous` where none is needed.
  var client = APIKeys.anonymous
  /// What is known at the end only, for the log.
  let notes: RequestNotes
  private let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    gone = OneShotSignal()
    notes = RequestNotes()
    channel = source.channel
    channel.triggerUserOutboundEvent(ConnectionWatch.Event.answering(gone: gone), promise: nil)
  }

  /// Tells a client that waits for it to send the body.
  func wantBody() {
    channel.triggerUserOutboundEvent(ConnectionWatch.Event.bodyWanted, promise: nil)
  }
}

extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: WireJSON.bytes(value))))
  }

  /// An error as OpenAI's object, with the headers that go with it.
  static func failure(_ error: APIError) -> Response {
    var response = json(ErrorReply(error), status: .init(code: error.status))
    if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
    // Clients' libraries ask a 5xx again, and these would cost the same and end where they did.
    if ["request_timeout", "window_never_opened"].contains(error.code) {
      response.headers[.custom("x-should-retry")] = "false"
    }
    if error.status == 401 {
      // Two fields: browsers ask for a key by the first, programs know the second.
      response.headers.append(.init(name: .wwwAuthenticate, value: "Basic realm=\"resta\""))
      response.headers.append(.init(name: .wwwAuthenticate, value: "Bearer realm=\"resta\""))
    }
    return response
  }

  /// The reply with more headers.
  func adding(_ headers: [(String, String)]) -> Response {
    var response = self
    for (name, value) in headers { response.headers[.custom(name)] = value }
    return response
  }
}

extension HTTPField.Name {
  /// A name of ours; the texts are constants, and valid.
  static func custom(_ name: String) -> HTTPField.Name {
    HTTPField.Name(name) ?? .server
  }

  static let requestID = custom("x-request-id")
}
