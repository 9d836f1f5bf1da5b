import Foundation

/// A proxy that the environment names for an address: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY`, small letters first.
///
/// This machine is never asked through one. Its credentials are in no description.
struct EndpointProxy: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  /// Where it listens.
  let host: String
  let port: Int
  /// `user:password` in base 64.
  let credentials: String?

  var description: String { "\(host):\(port)" }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// Finds the proxy for an address; `nil` for a direct connection.
  init?(environment: [String: String], for url: URL) throws(EvaluationError) {
    let scheme = url.scheme?.lowercased() ?? ""
    guard let host = url.host(percentEncoded: false)?.lowercased(), !Self.isLoopback(host) else {
      return nil
    }
    let names = ["\(scheme)_proxy", "all_proxy"].flatMap { [$0, $0.uppercased()] }
    guard let name = names.first(where: { environment[$0]?.isEmpty == false }),
      let value = environment[name]
    else { return nil }
    let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    let port = url.port ?? (scheme == "https" ? 443 : 80)
    if Self.isExcepted(host, port: port, by: exceptions) { return nil }
    let parts = URLComponents(string: value.contains("://") ? value : "http://\(value)")
    guard let parts, let proxy = parts.host, !proxy.isEmpty, parts.scheme?.lowercased() == "http"
    else {
      // Not quoted: a password in it would be printed.
      throw EvaluationError.invalidConfiguration(
        "The environment variable \(name) must name an HTTP proxy as http://HOST:PORT, not one of "
          + "another kind (SOCKS, HTTPS). Or name '\(host)' in NO_PROXY for a direct connection.")
    }
    self.host = proxy.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    self.port = parts.port ?? 80
    credentials = parts.user.map {
      Data("\($0):\(parts.password ?? "")".utf8).base64EncodedString()
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host.hasSuffix(".localhost")
      || ["::1", "[::1]", "0.0.0.0"].contains(host)
      || address(host).map { $0 >> 24 == 127 } == true
  }

  /// `*`, a host and what is below it, with a port perhaps, an address, or a block of addresses.
  private static func isExcepted(_ host: String, port: Int, by list: String) -> Bool {
    let host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]."))
    return list.lowercased().split { $0 == "," || $0.isWhitespace }.contains { entry in
      if entry == "*" { return true }
      if let block = entry.wholeMatch(of: /([0-9.]+)\/([0-9]{1,2})/), let bits = UInt32(block.2),
        let base = address(block.1), let own = address(host), bits <= 32
      {
        return bits == 0 || (base ^ own) >> (32 - bits) == 0
      }
      var name = entry
      if let end = entry.wholeMatch(of: /(\[[^\]]*\]|[^:]*):([0-9]+)/) {
        guard Int(end.2) == port else { return false }
        name = end.1
      }
      let suffix = name.trimmingCharacters(in: CharacterSet(charactersIn: "[]*."))
      return !suffix.isEmpty && (host == suffix || host.hasSuffix(".\(suffix)"))
    }
  }

  private static func address(_ text: some StringProtocol) -> UInt32? {
    let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    return bytes.reduce(UInt32?(0)) { sum, byte in
      guard let sum, let byte else { return nil }
      return sum << 8 | UInt32(byte)
    }
  }
}
