import Hummingbird
import Logging
import Synchronization

/// Counts and logs one request, once: when its reply is written, or when nobody can be replied to any
/// more.
final class RequestRecord: Sendable {
  private let metrics: ServerMetrics
  private let logger: Logger
  private let context: ServerContext
  private let method: String
  /// Only paths that exist are labels of metrics: one for each path that is tried would fill the memory.
  private let route: String?
  private let path: String
  private let start = ContinuousClock.now
  // Invariant: set once.
  private let isComplete = Mutex(false)

  /// - Parameters:
  ///   - request: The request.
  ///   - context: Its context.
  ///   - metrics: Where it is counted.
  ///   - logger: Where it is logged.
  ///   - routes: Which paths there are.
  init(
    _ request: Request, _ context: ServerContext, metrics: ServerMetrics, logger: Logger,
    routes: RouteTable
  ) {
    self.metrics = metrics
    self.logger = logger
    self.context = context
    method = request.method.rawValue
    path = request.uri.path
    route = routes.contains(context.endpointPath) ? context.endpointPath : nil
  }

  /// A reply that is dropped before it is written had no client any more.
  deinit { complete(status: 499) }

  /// Counts and logs the request; calling it again does nothing.
  ///
  /// - Parameter status: What it ended with; 499 when the client was gone.
  func complete(status: Int) {
    let isFirst = isComplete.withLock { complete in
      defer { complete = true }
      return !complete
    }
    guard isFirst else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    metrics.requestEnded(route: route ?? "other", status: status, seconds: seconds)
    var metadata = context.notes.metadata
    metadata["id"] = .string(context.id)
    metadata["method"] = .string(method)
    metadata["path"] = .string(route ?? path)
    metadata["status"] = "\(status)"
    metadata["seconds"] = "\((seconds * 1000).rounded() / 1000)"
    logger.info("request", metadata: metadata)
  }
}
