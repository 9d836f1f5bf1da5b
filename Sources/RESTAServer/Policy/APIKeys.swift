import Foundation
import RESTADocuments

/// The API keys of a server: whose request it is, from the `Authorization` header.
///
/// Only SHA-256 digests are kept: a dump of the memory, or a mistaken print, shows no key. A fast hash
/// is enough because keys are long and drawn at random; it would not be for passwords.
struct APIKeys: Sendable {
  /// The identity of a request to a server without keys; no key may have this name.
  static let anonymous = "anonymous"

  /// The least length of a key, in characters.
  static let minimumLength = 16

  private struct Entry: Sendable {
    var identity: String
    var digest: [UInt8]
    /// Where the key is written, for messages.
    var place: String
  }

  private var entries: [Entry] = []

  /// Whether there are no keys: anyone may ask.
  var isEmpty: Bool { entries.isEmpty }

  /// Reads keys: `KEY` or `name=KEY`, one on each line of a file, `#` for comments; in the environment
  /// separated by commas.
  ///
  /// Two keys may share a name, so that a client can change keys without a pause; they share its rate
  /// limits. A key without a name is `key-1` by its position, the file's keys first.
  ///
  /// - Throws: ``ServerError`` with `invalidSetting`, which names the line and never a key, when a line
  ///   is malformed, a key too short or there twice, or a source holds none: a server that was meant to
  ///   have keys must not start without them.
  init(
    file: String? = nil, path: String = "the key file", environment: String? = nil
  ) throws(ServerError) {
    if let file {
      try add(KeyList.lines(of: file), source: path) { "\(path), line \($0)" }
    }
    if let environment {
      try add(KeyList.values(of: environment), source: KeyList.variable) {
        "\(KeyList.variable), key \($0)"
      }
    }
  }

  private mutating func add(
    _ texts: [KeyList.Entry], source: String, place: (Int) -> String
  ) throws(ServerError) {
    guard !texts.isEmpty else {
      throw ServerError(
        .invalidSetting, "\(source) holds no key. Add one, or leave it away for a server without.")
    }
    for text in texts {
      let place = place(text.number)
      let key = try KeyList.key(text.text, place: place)
      let digest = Digest.bytes(of: Array(key.secret.utf8))
      if let other = entries.first(where: { $0.digest == digest }) {
        throw ServerError(
          .invalidSetting, "\(place): the key of \(other.place) again. Every key may be there once."
        )
      }
      let identity = key.name ?? "key-\(entries.count + 1)"
      entries.append(Entry(identity: identity, digest: digest, place: place))
    }
  }

  /// Whether a key has this name.
  func contains(_ name: String) -> Bool { entries.contains { $0.identity == name } }

  /// Whose key an `Authorization` header carries: `Bearer KEY`, or `Basic` with the key as password.
  func identity(authorization: String?) -> String? {
    guard let authorization, let key = Credential.key(in: authorization) else { return nil }
    let digest = Digest.bytes(of: key)
    // All digests, also after a match, and comparing takes constant time: how long this takes says
    // neither how much of a digest is right nor which key it is.
    return entries.filter { Digest.areEqual($0.digest, digest) }.first?.identity
  }
}

/// The syntax of key files and of `RESTA_API_KEYS`.
enum KeyList {
  static let variable = "RESTA_API_KEYS"

  /// What may be a key, and its line or place in the list, from 1.
  typealias Entry = (number: Int, text: String)

  /// The lines of a file that are neither blank nor comments.
  static func lines(of file: String) -> [Entry] {
    // A byte order mark, as some editors write it, would be part of the first key.
    let text = file.unicodeScalars.drop { $0 == "\u{FEFF}" }
    return texts(in: text, separator: "\n").filter { !$0.text.hasPrefix("#") }
  }

  /// The parts of the variable that are not blank.
  static func values(of environment: String) -> [Entry] {
    texts(in: environment.unicodeScalars[...], separator: ",")
  }

  /// By scalars: to Swift, a carriage return with its line feed is one character.
  private static func texts(
    in scalars: Substring.UnicodeScalarView, separator: Unicode.Scalar
  ) -> [Entry] {
    scalars.split(separator: separator, omittingEmptySubsequences: false).enumerated()
      .map { (number: $0 + 1, text: String($1.trimmed { " \t\r".unicodeScalars.contains($0) })) }
      .filter { !$0.text.isEmpty }
  }

  /// Reads `KEY` or `name=KEY`.
  ///
  /// Everything behind the first `=` is the key, so that a key may end with base64's padding; such a
  /// key needs a name, or a forgotten key (`name=`) would make one of its name.
  ///
  /// - Throws: ``ServerError`` with `invalidSetting`; it never shows `text`.
  static func key(
    _ text: String, place: String
  ) throws(ServerError) -> (name: String?, secret: String) {
    func fault(_ what: String) -> ServerError { ServerError(.invalidSetting, "\(place): \(what)") }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let secret = parts.last.map(String.init) ?? ""
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw fault("a key may hold visible ASCII characters only, and no spaces.")
    }
    guard secret.utf8.count >= APIKeys.minimumLength else {
      let hint =
        parts.count > 1 ? " behind the first =; a key that holds one needs name= before it" : ""
      throw fault("a key needs at least \(APIKeys.minimumLength) characters\(hint).")
    }
    guard parts.count > 1 else { return (nil, secret) }
    let name = String(parts[0])
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(\.isNameByte) else {
      throw fault(
        "a name has 1 to 64 letters, digits, dots, hyphens and underscores; a key that holds = needs"
          + " one.")
    }
    guard name != APIKeys.anonymous, !isPositional(name) else {
      throw fault("the names '\(APIKeys.anonymous)' and key-1, key-2 ... are the server's own.")
    }
    return (name, secret)
  }

  private static func isPositional(_ name: String) -> Bool {
    name.hasPrefix("key-") && name.utf8.dropFirst(4).allSatisfy { (0x30...0x39).contains($0) }
  }
}

/// The key in an `Authorization` header.
enum Credential {
  /// Reads `Bearer KEY`, or `Basic` with the base64 of `anything:KEY` (RFC 7617), which browsers send.
  static func key(in authorization: String) -> [UInt8]? {
    let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard parts.count == 2 else { return nil }
    let value = parts[1].drop { $0 == " " }
    switch parts[0].lowercased() {
    case "bearer":
      return Array(value.utf8)
    case "basic":
      guard let data = Data(base64Encoded: String(value)) else { return nil }
      let bytes = [UInt8](data)
      // The user's name may not hold a colon, the password may.
      return bytes.firstIndex(of: UInt8(ascii: ":")).map { Array(bytes[($0 + 1)...]) }
    default:
      return nil
    }
  }
}
