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
  /// - Parameters:
  ///   - file: The text of the key file. Default: there is none.
  ///   - path: The file's name, for messages. Default: `the key file`.
  ///   - environment: The value of `RESTA_API_KEYS`. Default: it is not set.
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
    _ texts: [KeyList.Text], source: String, place: (Int) -> String
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

  /// Whose key an `Authorization` header carries: `Bearer KEY`, or `Basic` with the key as password.
  ///
  /// - Parameter authorization: The header's value; `nil` when there is none.
  /// - Returns: The key's name, or `nil` when no key is right.
  /// - Complexity: O(keys), the same for every key and for none.
  func identity(authorization: String?) -> String? {
    guard let authorization, let key = Credential.key(in: authorization) else { return nil }
    let digest = Digest.bytes(of: key)
    var match: Int?
    // All digests, also after a match, and comparing takes constant time: how long this takes says
    // neither how much of a digest is right nor which key it is.
    for index in entries.indices {
      let isEqual = Digest.areEqual(entries[index].digest, digest)
      match = isEqual ? index : match
    }
    return match.map { entries[$0].identity }
  }
}
