/// Which methods each path takes; for the difference between 404 and 405.
struct RouteTable: Sendable {
  private var methods: [String: [String]] = [:]

  /// Notes a route.
  mutating func add(_ method: String, _ path: String) {
    methods[path, default: []].append(method)
  }

  /// Whether there is such a route.
  func contains(_ path: String?) -> Bool { path.map { methods[$0] != nil } ?? false }

  /// A pattern may end with `**`, which stands for one or more parts.
  private static func matches(_ pattern: String, _ path: String) -> Bool {
    guard pattern.hasSuffix("/**") else { return pattern == path }
    return path.hasPrefix(pattern.dropLast(2)) && path.count > pattern.count - 2
  }

  /// Why nothing answers.
  ///
  /// - Parameters:
  ///   - method: The request's.
  ///   - path: The request's.
  /// - Returns: 405 when the path takes other methods, else 404.
  func error(method: String, path: String) -> APIError {
    let allowed = (methods.first { Self.matches($0.key, path) }?.value ?? []).sorted()
    return allowed.isEmpty || allowed.contains(method)
      ? .unknownURL : .methodNotAllowed(allowed)
  }
}
