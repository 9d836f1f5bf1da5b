import RESTADocuments

/// A text with places for material that must be read as data.
///
/// What is put into a place stands between two lines that hold a mark: 128 bits of the SHA-256 of everything that is
/// put in, and in no case a mark that occurs in it. Whoever writes the material decides the mark only by writing it,
/// and so cannot write the mark, nor close the fence. Equal material gives equal text, so replies can be cached.
struct FencedText: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case text(String)
    case place(String)
  }

  /// The text with its places as `{name}`.
  let source: String
  private let pieces: [Piece]

  init(_ source: String, places: [String]) {
    self.source = source
    var pieces: [Piece] = []
    var rest = Substring(source)
    while let brace = rest.firstIndex(of: "{") {
      let behind = rest[rest.index(after: brace)...]
      let name = places.first { behind.hasPrefix($0 + "}") }
      let end = name.map { behind.index(behind.startIndex, offsetBy: $0.count + 1) }
      let text = rest[..<(name == nil ? behind.startIndex : brace)]
      pieces.append(.text(String(text)))
      if let name { pieces.append(.place(name)) }
      rest = rest[(end ?? behind.startIndex)...]
    }
    pieces.append(.text(String(rest)))
    self.pieces = pieces
  }

  /// The names of the places that the text has.
  var places: Set<String> {
    Set(pieces.compactMap { if case .place(let name) = $0 { name } else { nil } })
  }

  /// The text with material in its places, between fences or as it is.
  func filled(_ material: [String: String], isFenced: Bool = true) -> String {
    let names = places.sorted()
    let mark = Self.mark(absentFrom: names.map { material[$0] ?? "" }, salt: source)
    return pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .place(let name) where !isFenced: material[name] ?? ""
      case .place(let name):
        "<<<BEGIN \(name) \(mark)>>>\n\(material[name] ?? "")\n<<<END \(name) \(mark)>>>"
      }
    }.joined()
  }

  /// A mark that occurs in none of some texts, in either case of its letters.
  static func mark(absentFrom texts: [String], salt: String, length: Int = 32) -> String {
    let folded = texts.map { text in
      text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
    var attempt = 0
    while true {
      let digest = Digest.sha256(ofTexts: texts + [salt, String(attempt)])
      let mark = String(digest.prefix(length))
      if folded.allSatisfy({ $0.firstRange(of: Array(mark.utf8)) == nil }) { return mark }
      attempt += 1
    }
  }
}
