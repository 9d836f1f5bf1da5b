/// Where a web page comes from: `scheme://host[:port]` (RFC 6454).
struct WebOrigin: Sendable, Hashable {
  /// In lower case.
  var scheme: String
  /// The name, and the port unless it is the scheme's own.
  var host: HostName

  /// Reads an origin; `nil` for anything else, such as `null`, which pages in a sandbox send.
  ///
  /// - Parameter text: The value of an `Origin` header, or a setting.
  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 < 0x80 }), let colon = text.firstIndex(of: ":"),
      text[colon...].hasPrefix("://"),
      let host = HostName(text[colon...].dropFirst(3))
    else { return nil }
    scheme = text[..<colon].lowercased()
    guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
      scheme.utf8.allSatisfy(Self.isSchemeByte)
    else { return nil }
    self.host = Self.canonical(host, scheme: scheme)
  }

  /// Whether a page of this origin was served under a `Host` header.
  ///
  /// The scheme is the page's: behind a proxy that ends TLS the server does not know its own.
  ///
  /// - Parameter host: The header.
  /// - Returns: Whether name and port are the same.
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

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
  }
}
