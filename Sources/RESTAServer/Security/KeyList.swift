/// The syntax of key files and of `RESTA_API_KEYS`.
enum KeyList {
  /// The environment variable.
  static let variable = "RESTA_API_KEYS"

  /// What may be a key, and its line or place in the list, from 1.
  struct Text: Hashable {
    var text: String
    var number: Int
  }

  /// A key and the name in front of it.
  struct Key: Hashable {
    var name: String?
    var secret: String
  }

  /// The lines of a file that are neither blank nor comments.
  static func lines(of file: String) -> [Text] {
    // A byte order mark, as some editors write it, would be part of the first key.
    let text =
      file.unicodeScalars.first == "\u{FEFF}"
      ? file.unicodeScalars.dropFirst() : file.unicodeScalars[...]
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .map { Text(text: trimmed($0.element), number: $0.offset + 1) }
      .filter { !$0.text.isEmpty && !$0.text.hasPrefix("#") }
  }

  /// The parts of the variable that are not blank.
  static func values(of environment: String) -> [Text] {
    environment.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false).enumerated()
      .map { Text(text: trimmed($0.element), number: $0.offset + 1) }
      .filter { !$0.text.isEmpty }
  }

  /// Reads `KEY` or `name=KEY`.
  ///
  /// Everything behind the first `=` is the key, so that a key may end with base64's padding; such a
  /// key needs a name, or a forgotten key (`name=`) would make one of its name.
  ///
  /// - Parameters:
  ///   - text: Without white space at its ends.
  ///   - place: Where it is written, for messages.
  /// - Returns: The key.
  /// - Throws: ``ServerError`` with `invalidSetting`; it never shows `text`.
  static func key(_ text: String, place: String) throws(ServerError) -> Key {
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
    guard parts.count > 1 else { return Key(name: nil, secret: secret) }
    let name = String(parts[0])
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
      throw fault(
        """
        a name has 1 to 64 letters, digits, dots, hyphens and underscores; a key that holds = needs \
        one.
        """
      )
    }
    guard name != APIKeys.anonymous, !isPositional(name) else {
      throw fault("the names '\(APIKeys.anonymous)' and key-1, key-2 ... are the server's own.")
    }
    return Key(name: name, secret: secret)
  }

  private static func isPositional(_ name: String) -> Bool {
    name.hasPrefix("key-") && name.utf8.dropFirst(4).allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  /// By scalars: to Swift, a carriage return with its line feed is one character.
  private static func trimmed(_ scalars: Substring.UnicodeScalarView) -> String {
    let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    let tail = scalars.drop(while: isBlank)
    let end = tail.lastIndex { !isBlank($0) }
    return end.map { String(tail[...$0]) } ?? ""
  }
}
