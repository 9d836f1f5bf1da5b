import RESTA

extension ServerSettings {
  /// Where the server listens, and from where it may be used.
  public struct Listen: Sendable, Hashable {
    /// The address or the name of an interface; not empty.
    ///
    /// Default: `127.0.0.1`, this machine alone.
    public var host = "127.0.0.1"
    /// The port, in `0...65535`; 0 is one that is free.
    ///
    /// Default: 8080.
    public var port = 8080
    /// A PEM file with the certificate chain; needs ``tlsKey``.
    ///
    /// Default: `nil`, no TLS.
    public var tlsCertificate: String?
    /// A PEM file with the certificate's private key; needs ``tlsCertificate``.
    ///
    /// Default: `nil`, no TLS.
    public var tlsKey: String?
    /// The names that a request's `Host` may have besides the server's own address.
    ///
    /// Default: none.
    public var allowedHosts: [String] = []
    /// The origins whose pages may use the server from a browser, such as `https://app.example`.
    ///
    /// Default: none but the server's own page.
    public var allowedOrigins: [String] = []

    /// Makes the default settings.
    public init() {}

    /// Whether ``host`` is reachable from this machine alone: `127.0.0.0/8`, `::1` and `localhost`.
    public var isLoopback: Bool {
      if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
      let parts = host.split(separator: ".", omittingEmptySubsequences: false)
      // `127.example.org` is a name, and anybody's.
      return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
  }
}

extension ServerSettings {
  static let listenTable: [Setting<ServerSettings>] = [
    Setting(
      "listen.host", \.listen.host, .text, "The address to listen on; 0.0.0.0 is every IPv4 one."),
    Setting(
      "listen.port", \.listen.port, .integer(0...65_535), "The port; 0 is one that is free."),
    Setting(
      "listen.tls_certificate", \.listen.tlsCertificate, .optional(.text),
      "A PEM file with the certificate chain; needs tls_key."),
    Setting(
      "listen.tls_key", \.listen.tlsKey, .optional(.text),
      "A PEM file with the certificate's private key; needs tls_certificate."),
    Setting(
      "listen.allowed_hosts", \.listen.allowedHosts, .list(of: .text),
      "Names that a request's Host may have besides the server's own address."),
    Setting(
      "listen.allowed_origins", \.listen.allowedOrigins, .list(of: .text),
      "Origins whose pages may use the server from a browser, such as https://app.example."),
  ]
}
