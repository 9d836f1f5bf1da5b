import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RESTA

/// All routes of the server.
struct Routes {
  let state: ServerState

  /// Adds the layers and the routes.
  func addAll(to router: Router<ServerContext>, origins: OriginPolicy, logger: Logger) {
    var table = RouteTable()
    let generation = GenerationRoutes(state: state)
    let model = ModelRoutes(state: state)
    var routes: [(HTTPRequest.Method, RouterPath, Handler)] = [
      (.post, "/v1/chat/completions", generation.chat),
      (.post, "/v1/completions", generation.completion),
      (.get, "/v1/models", model.list), (.get, "/v1/models/**", model.one),
      (.get, "/v1/resta", model.information), (.get, "/health", model.health),
      (.get, "/metrics", model.metrics),
    ]
    for file in PlaygroundFile.all where state.settings.page {
      routes.append((.get, RouterPath(file.path), { _, _ in file.response }))
    }
    // Not the router's own: they would drop the reply before it is logged.
    routes += routes.filter { $0.0 == .get }.map { (.head, $0.1, $0.2) }
    for (method, path, _) in routes { table.add(method.rawValue, path.description) }
    router.add(
      middleware: RequestRecorder(metrics: state.metrics, routes: table, logger: logger))
    router.add(middleware: Guard(origins: origins, keys: state.secrets.keys, routes: table))
    for (method, path, handler) in routes { router.on(path, method: method, use: handler) }
  }

  private typealias Handler = @Sendable (Request, ServerContext) async throws -> Response
}

/// What can be asked about the server and its model.
struct ModelRoutes: Sendable {
  let state: ServerState

  /// `/v1/models`.
  @Sendable func list(_ request: Request, _ context: ServerContext) async throws -> Response {
    let served = try state.slot.model()
    return .json(ModelList(id: served.id, created: served.created))
  }

  /// `/v1/models/{id}`.
  @Sendable func one(_ request: Request, _ context: ServerContext) async throws -> Response {
    let served = try state.slot.model()
    guard
      context.parameters.getCatchAll().joined(separator: "/").removingPercentEncoding == served.id
    else {
      throw APIError.unknownModel(served: served.id)
    }
    return .json(ModelList.Entry(id: served.id, created: served.created))
  }

  /// `/v1/resta`: what a request may choose.
  @Sendable func information(_ request: Request, _ context: ServerContext) async throws -> Response
  {
    let served = try state.slot.model()
    return .json(InformationReply(served, settings: state.settings))
  }

  /// `/health`: 200 once requests are answered.
  @Sendable func health(_ request: Request, _ context: ServerContext) async throws -> Response {
    switch state.slot.state {
    case .ready: .json(HealthReply(status: "ok"))
    case .stopping: .json(HealthReply(status: "stopping"), status: .serviceUnavailable)
    case .loading(let share):
      .json(HealthReply(status: "loading", progress: share), status: .serviceUnavailable)
    }
  }

  /// `/metrics`, for Prometheus.
  @Sendable func metrics(_ request: Request, _ context: ServerContext) async throws -> Response {
    let keys = state.settings.metrics.keys
    guard keys.isEmpty || keys.contains(context.client) else { throw APIError.metricsNotAllowed }
    return Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: state.metrics.prometheus.exposition())))
  }
}

extension APIError {
  /// The key may ask, and not watch: 403.
  fileprivate static let metricsNotAllowed = APIError(
    status: 403, type: "permission_error", code: "metrics_not_allowed",
    message: "This key may not read the metrics. The operator can add its name to metrics.keys.")
}

/// What `/health` says.
private struct HealthReply: Encodable {
  var status: String
  /// The share of the model that is loaded, in 0...1, while it is.
  var progress: Double?
}

/// A file of the playground; they are part of the program, so that it works offline.
struct PlaygroundFile {
  let path: String
  let type: String
  let bytes: [UInt8]

  static let all = [
    PlaygroundFile(path: "/", type: "text/html", bytes: PackageResources.playground_html),
    PlaygroundFile(
      path: "/playground.js", type: "text/javascript", bytes: PackageResources.playground_js),
    PlaygroundFile(
      path: "/playground.css", type: "text/css", bytes: PackageResources.playground_css),
  ]

  /// The file with what keeps a page safe: nothing is loaded from elsewhere, nothing inline runs.
  var response: Response {
    Response(
      status: .ok,
      headers: [
        .contentType: type + "; charset=utf-8",
        .contentSecurityPolicy: "default-src 'none'; script-src 'self'; style-src 'self'; "
          + "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        .custom("referrer-policy"): "no-referrer",
      ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
