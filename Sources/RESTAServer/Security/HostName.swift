/// The name and the port of a `Host` header, of a listening address or of an origin.
struct HostName: Sendable, Hashable {
  /// In lower case; an IPv6 address without its brackets.
  var name: String
  /// The port, where one is written.
  var port: Int?

  /// Reads `name`, `name:port`, `[address]` or `[address]:port`; `nil` when it is none of them.
  ///
  /// - Parameter text: What a client sent, or an operator wrote.
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
      guard name.utf8.allSatisfy(Self.isNameByte) else { return nil }
    }
    guard !name.isEmpty else { return nil }
    if rest.isEmpty { return }
    guard rest.hasPrefix(":"), let port = Self.port(rest.dropFirst()) else { return nil }
    self.port = port
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

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }
  }
}
