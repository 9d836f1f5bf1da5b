/// The headers that let a page of an allowed origin read replies (the Fetch standard's CORS protocol).
///
/// Credentials are never allowed: a page sends its key itself, in `Authorization`.
extension OriginPolicy {
  /// The most names of headers that a preflight may ask for; OpenAI's clients send about a dozen.
  private static let headerLimit = 64

  private static let tokenPunctuation = Set("!#$%&'*+-.^_`|~".utf8)

  /// The headers of every reply.
  ///
  /// - Parameter origin: The request's `Origin`.
  /// - Returns: None for an origin that isn't allowed, but for `Vary`, which keeps caches from giving
  ///   one origin's reply to another.
  func corsHeaders(origin: String?) -> [(String, String)] {
    guard let origin, allows(origin) else { return [("Vary", "Origin")] }
    return [
      ("Access-Control-Allow-Origin", allowedOriginValue(for: origin)),
      ("Access-Control-Expose-Headers", "*"),
      ("Vary", "Origin"),
    ]
  }

  /// The headers of the reply to a preflight (`OPTIONS` with `Access-Control-Request-Method`).
  ///
  /// - Parameters:
  ///   - origin: The request's `Origin`.
  ///   - requestedHeaders: Its `Access-Control-Request-Headers`. They are all allowed: OpenAI's clients
  ///     send `x-stainless-*` headers whose names change.
  /// - Returns: As ``corsHeaders(origin:)``, and what is allowed.
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
      && text.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x30...0x39).contains(byte) || tokenPunctuation.contains(byte)
      }
  }
}
