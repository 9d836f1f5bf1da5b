/// Which web pages may use the server.
///
/// Every page that somebody visits can send requests to a server on that person's machine. Pages of
/// other origins are known by their `Origin` header; a page whose name was made to point to
/// 127.0.0.1 (DNS rebinding) has the right origin, but its name is in the `Host` header.
struct OriginPolicy: Sendable {
  /// The names that `Host` may have; `nil` when any may be there.
  private let hosts: Set<String>?
  private let origins: Set<WebOrigin>
  private let allowsAllOrigins: Bool

  /// Takes the operator's settings.
  ///
  /// - Parameters:
  ///   - listenHost: The address that the server listens on. On a loopback address, or where
  ///     `allowedHosts` says something, `Host` is checked.
  ///   - allowedHosts: Names that `Host` may have besides the loopback ones, without ports.
  ///   - allowedOrigins: `scheme://host[:port]` of pages that may use the server from elsewhere, or `*`
  ///     for all.
  /// - Throws: ``ServerError`` with `invalidSetting` for an entry that is malformed.
  init(
    listenHost: String, allowedHosts: [String] = [], allowedOrigins: [String] = []
  ) throws(ServerError) {
    // An IPv6 address is listened on without brackets and has some in a Host header.
    let listen = HostName(listenHost) ?? HostName("[\(listenHost)]")
    var hosts: Set = ["localhost", "127.0.0.1", "::1"]
    for text in allowedHosts {
      guard let host = HostName(text), host.port == nil else {
        throw ServerError(
          .invalidSetting,
          "listen.allowed_hosts: '\(text)' is no host name. Write it without a port.")
      }
      hosts.insert(host.name)
    }
    var origins: Set<WebOrigin> = []
    for text in allowedOrigins where text != "*" {
      guard let origin = WebOrigin(text) else {
        throw ServerError(
          .invalidSetting,
          "listen.allowed_origins: '\(text)' is no origin. Write scheme://host[:port] or *.")
      }
      origins.insert(origin)
    }
    self.origins = origins
    allowsAllOrigins = allowedOrigins.contains("*")
    if let listen, listen.isLoopback {
      self.hosts = hosts.union([listen.name])
    } else {
      self.hosts = allowedHosts.isEmpty ? nil : hosts
    }
  }

  /// Checks a request's headers, whatever its method and route.
  ///
  /// - Parameters:
  ///   - host: `Host`, or HTTP/2's `:authority`.
  ///   - origin: `Origin`; programs that are no browsers send none.
  /// - Returns: Why the request is refused, or `nil`.
  func check(host: String?, origin: String?) -> APIError? {
    let host = host.flatMap { HostName($0) }
    if let hosts {
      guard let host, hosts.contains(host.name) else {
        return Self.refusal(
          "host_not_allowed",
          "The Host header is no name of this server. The operator can add it to listen.allowed_hosts."
        )
      }
    }
    guard let origin, !allows(origin) else { return nil }
    if let host, let page = WebOrigin(origin), page.isSame(as: host) { return nil }
    return Self.refusal(
      "origin_not_allowed",
      "Pages of this origin may not use the server. listen.allowed_origins says which may."
    )
  }

  /// Whether the operator allows pages of an origin, wherever the server is.
  ///
  /// - Parameter origin: The value of an `Origin` header.
  /// - Returns: Whether CORS headers go to it.
  func allows(_ origin: String) -> Bool {
    allowsAllOrigins || WebOrigin(origin).map(origins.contains) ?? false
  }

  /// The value of `Access-Control-Allow-Origin`: the page's own, unless all are allowed.
  ///
  /// - Parameter origin: An origin that is allowed.
  /// - Returns: The value.
  func allowedOriginValue(for origin: String) -> String { allowsAllOrigins ? "*" : origin }

  private static func refusal(_ code: String, _ message: String) -> APIError {
    APIError(status: 403, type: "permission_error", code: code, message: message)
  }
}
