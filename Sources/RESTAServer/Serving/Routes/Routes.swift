import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RESTA

/// All routes of the server.
struct Routes {
  private let state: ServerState
  private var table = RouteTable()

  init(state: ServerState) {
    self.state = state
  }

  /// Adds the layers and the routes.
  ///
  /// - Parameters:
  ///   - router: Where to.
  ///   - origins: Which pages may come in.
  ///   - logger: Where requests are logged.
  mutating func addAll(
    to router: Router<ServerContext>, origins: OriginPolicy, logger: Logger
  ) {
    let generation = GenerationRoutes(state: state)
    let model = ModelRoutes(state: state)
    var routes: [(HTTPRequest.Method, RouterPath, Handler)] = [
      (.post, "/v1/chat/completions", generation.chat),
      (.post, "/v1/completions", generation.completion),
      (.get, "/v1/models", model.list), (.get, "/v1/models/**", model.one),
      (.get, "/v1/resta", model.information), (.get, "/health", model.health),
      (.get, "/metrics", model.metrics),
    ]
    if state.settings.page {
      for file in PlaygroundFile.allCases {
        routes.append((.get, RouterPath(file.path), { _, _ in file.response }))
      }
    }
    // Not the router's own: they would drop the reply before it is logged.
    routes += routes.filter { $0.0 == .get }.map { (.head, $0.1, $0.2) }
    for (method, path, _) in routes { table.add(method.rawValue, path.description) }
    let mapper = ErrorMapper(routes: table)
    router.add(
      middleware: RequestRecorder(metrics: state.metrics, mapper: mapper, logger: logger))
    router.add(middleware: Guard(origins: origins, keys: state.secrets.keys, mapper: mapper))
    for (method, path, handler) in routes { router.on(path, method: method, use: handler) }
  }

  private typealias Handler = @Sendable (Request, ServerContext) async throws -> Response
}
