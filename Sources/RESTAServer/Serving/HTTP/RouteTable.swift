/// Which methods each path takes; for the difference between 404 and 405.
struct RouteTable: Sendable {
  private var methods: [String: [String]] = [:]

  /// Notes a route.
  mutating func add(_ method: String, _ path: String) {
    methods[path, default: []].append(method)
  }

  /// Whether there is such a route.
  func contains(_ path: String?) -> Bool { path.map { methods[$0] != nil } ?? false }

  /// Why nothing answers.
  ///
  /// - Parameters:
  ///   - method: The request's.
  ///   - path: The request's.
  /// - Returns: 405 when the path takes other methods, else 404.
  func error(method: String, path: String) -> APIError {
    let allowed = (methods[path] ?? []).sorted()
    return allowed.isEmpty || allowed.contains(method)
      ? .unknownURL : .methodNotAllowed(allowed)
  }
}
