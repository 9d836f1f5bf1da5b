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

  /// Takes the operator's settings; throws for an entry that is malformed.
  init(
    listenHost: String, allowedHosts: [String] = [], allowedOrigins: [String] = []
  ) throws(ServerError) {
    let listen = HostName.setting(listenHost)
    var hosts: Set = ["localhost", "127.0.0.1", "::1"]
    if let listen { hosts.insert(listen.name) }
    for text in allowedHosts {
      guard let host = HostName.setting(text), host.port == nil else {
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
    let isChecked = listen?.isLoopback == true || !allowedHosts.isEmpty
    self.hosts = isChecked ? hosts : nil
  }

  /// Checks a request's headers, whatever its method and route.
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
  func allows(_ origin: String) -> Bool {
    allowsAllOrigins || WebOrigin(origin).map(origins.contains) ?? false
  }

  private static func refusal(_ code: String, _ message: String) -> APIError {
    APIError(status: 403, type: "permission_error", code: code, message: message)
  }
}

/// The headers that let a page of an allowed origin read replies (the Fetch standard's CORS protocol).
///
/// Credentials are never allowed: a page sends its key itself, in `Authorization`.
extension OriginPolicy {
  /// The most names of headers that a preflight may ask for; OpenAI's clients send about a dozen.
  private static let headerLimit = 64

  private static let tokenPunctuation = Set("!#$%&'*+-.^_`|~".utf8)

  /// The headers of every reply.
  func corsHeaders(origin: String?) -> [(String, String)] {
    guard let origin, allows(origin) else { return [("Vary", "Origin")] }
    return [
      ("Access-Control-Allow-Origin", allowsAllOrigins ? "*" : origin),
      ("Access-Control-Expose-Headers", "*"),
      ("Vary", "Origin"),
    ]
  }

  /// The headers of the reply to a preflight (`OPTIONS` with `Access-Control-Request-Method`).
  func preflightHeaders(origin: String?, requestedHeaders: String?) -> [(String, String)] {
    let headers = corsHeaders(origin: origin)
    guard let origin, allows(origin) else { return headers }
    return headers + [
      ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
      ("Access-Control-Allow-Headers", Self.allowedHeaders(requestedHeaders)),
      ("Access-Control-Max-Age", "600"),
    ]
  }

  /// The requested names if they are names: nothing else of a request may get into a reply's headers.
  private static func allowedHeaders(_ requested: String?) -> String {
    let usual = ["authorization", "content-type"]
    // White space is only allowed around a name, and no token holds any.
    let names = (requested ?? "").split(separator: ",")
      .map { $0.split(separator: " ").joined(separator: " ") }
    guard names.count <= headerLimit, names.allSatisfy(isToken) else {
      return usual.joined(separator: ", ")
    }
    let more = names.map { $0.lowercased() }.filter { !usual.contains($0) }
    return (usual + more).joined(separator: ", ")
  }

  /// A token of RFC 9110, 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0.isNameByte || tokenPunctuation.contains($0) }
  }
}

/// Where a web page comes from: `scheme://host[:port]` (RFC 6454).
struct WebOrigin: Sendable, Hashable {
  var scheme: String
  /// The name, and the port unless it is the scheme's own.
  var host: HostName

  /// Reads an origin; `nil` for anything else, such as `null`, which pages in a sandbox send.
  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 < 0x80 }), let colon = text.firstIndex(of: ":"),
      text[colon...].hasPrefix("://"),
      let host = HostName(text[colon...].dropFirst(3))
    else { return nil }
    scheme = text[..<colon].lowercased()
    guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
      scheme.utf8.allSatisfy({ $0.isNameByte || $0 == UInt8(ascii: "+") }), !scheme.contains("_")
    else { return nil }
    self.host = Self.canonical(host, scheme: scheme)
  }

  /// Whether a page of this origin was served under a `Host` header.
  ///
  /// The scheme is the page's: behind a proxy that ends TLS the server does not know its own.
  func isSame(as host: HostName) -> Bool {
    // An extension's page may have any host's name, localhost's too.
    ["http", "https"].contains(scheme) && self.host == Self.canonical(host, scheme: scheme)
  }

  private static func canonical(_ host: HostName, scheme: String) -> HostName {
    var result = host
    if (scheme == "http" && host.port == 80) || (scheme == "https" && host.port == 443) {
      result.port = nil
    }
    return result
  }
}

/// The name and the port of a `Host` header, of a listening address or of an origin.
struct HostName: Sendable, Hashable {
  /// In lower case; an IPv6 address without its brackets.
  var name: String
  /// The port, where one is written.
  var port: Int?

  /// Reads `name`, `name:port`, `[address]` or `[address]:port`; `nil` when it is none of them.
  init?(_ text: some StringProtocol) {
    // Before letters are made small: the Kelvin sign would become a k.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let text = text.lowercased()
    let rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      name = String(text[..<end].dropFirst())
      rest = text[text.index(after: end)...]
      guard name.utf8.allSatisfy(Self.isAddressByte) else { return nil }
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      name = String(text[..<end])
      rest = text[end...]
      guard name.utf8.allSatisfy(\.isNameByte) else { return nil }
    }
    guard !name.isEmpty else { return nil }
    if rest.isEmpty { return }
    guard rest.hasPrefix(":"), let port = Self.port(rest.dropFirst()) else { return nil }
    self.port = port
  }

  /// A host as settings name it: an IPv6 address may be without the brackets that it has in a header.
  static func setting(_ text: String) -> HostName? {
    // One colon alone is a port's, a wrong one here.
    HostName(text) ?? (text.count { $0 == ":" } > 1 ? HostName("[\(text)]") : nil)
  }

  /// Whether only this machine can reach the address.
  var isLoopback: Bool {
    name == "localhost" || name == "::1" || (name.hasPrefix("127.") && isDotted)
  }

  /// Whether the name is four numbers; `127.example.org` is a name like any other.
  private var isDotted: Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func port(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }
  }
}

extension BidirectionalCollection {
  /// What is left without the blanks at both ends.
  func trimmed(_ isBlank: (Element) -> Bool) -> SubSequence {
    let rest = drop(while: isBlank)
    return rest.lastIndex { !isBlank($0) }.map { rest[...$0] } ?? rest
  }
}

extension UInt8 {
  /// Whether names are made of it: an ASCII letter, a digit, a dot, a hyphen or an underscore.
  var isNameByte: Bool {
    (0x61...0x7A).contains(self | 0x20) || (0x30...0x39).contains(self) || ".-_".utf8.contains(self)
  }
}
