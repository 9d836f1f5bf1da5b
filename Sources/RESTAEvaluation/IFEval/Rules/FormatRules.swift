import RESTADocuments

/// Exactly so many bullet points: lines that begin with a hyphen, or with one asterisk.
struct Bullets: InstructionRule {
  private let bullets: Int

  init(_ arguments: InstructionArguments) throws {
    bullets = try arguments.count("num_bullets")
  }

  func isFollowed(by text: PythonText) -> Bool {
    Self.count(in: text.scalars, isAsterisk: true) + Self.count(in: text.scalars, isAsterisk: false)
      == bullets
  }

  /// The white space before a bullet may hold line feeds, and so may the character that has to follow
  /// an asterisk; a bullet reaches to its line's end.
  private static func count(in text: [Unicode.Scalar], isAsterisk: Bool) -> Int {
    var count = 0
    var index = 0
    while index < text.count {
      var end = text[index...].firstIndex { !$0.isPythonSpace } ?? text.count
      var isBullet = end < text.count && text[end] == (isAsterisk ? "*" : "-")
      end += 1
      if isAsterisk && isBullet {
        isBullet = end < text.count && text[end] != "*"
        end += 1
      }
      if isBullet { count += 1 }
      let from = isBullet ? end : index
      index = (text[min(from, text.count)...].firstIndex(of: "\n") ?? text.count) + 1
    }
    return count
  }
}

/// One of the three answers that the paper offers is in the text.
struct ConstrainedResponse: InstructionRule {
  static let options = ["My answer is yes.", "My answer is no.", "My answer is maybe."]

  func isFollowed(by text: PythonText) -> Bool { Self.options.contains { text.contains($0) } }
}

/// So many highlighted parts, `*like this*` or `**like this**`, each within a line.
struct Highlights: InstructionRule {
  private let highlights: Int

  init(_ arguments: InstructionArguments) throws {
    highlights = try arguments.count("num_highlights")
  }

  /// A part between double asterisks that has other double asterisks beside it counts for both forms,
  /// as in the reference.
  func isFollowed(by text: PythonText) -> Bool {
    Self.count(in: text.scalars, asterisks: 1) + Self.count(in: text.scalars, asterisks: 2)
      >= highlights
  }

  private static func count(in text: [Unicode.Scalar], asterisks: Int) -> Int {
    let mark = [Unicode.Scalar](repeating: "*", count: asterisks)
    var count = 0
    var index = 0
    while let start = text[index...].firstIndex(of: "*") {
      index = start + 1
      guard text[start...].starts(with: mark),
        let end = text[(start + asterisks)...].firstIndex(where: { $0 == "*" || $0 == "\n" }),
        text[end...].starts(with: mark)
      else { continue }
      count += PythonText(text[(start + asterisks)..<end]).isBlank ? 0 : 1
      index = end + asterisks
    }
    return count
  }
}

/// So many sections that begin with a word and a number, `Section 1`.
struct NumberedSections: InstructionRule {
  private let splitter: [Unicode.Scalar]
  private let sections: Int

  init(_ arguments: InstructionArguments) throws {
    splitter = PythonText(try arguments.text("section_spliter")).scalars
    sections = try arguments.count("num_sections")
  }

  func isFollowed(by text: PythonText) -> Bool {
    let count = text.starts(of: splitter).count { start in
      var rest = text.scalars[(start + splitter.count)...]
      if rest.first?.isPythonSpace == true { rest = rest.dropFirst() }
      return rest.first?.isPythonDigit == true
    }
    return count >= sections
  }
}

/// The whole text is JSON, in a Markdown code block or not.
struct JSONAnswer: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    var text = text.trimmed()
    for fence in ["```json", "```Json", "```JSON", "```"] { text = text.removingPrefix(fence) }
    var json = ""
    json.unicodeScalars.append(contentsOf: text.removingSuffix("```").trimmed().scalars)
    return (try? JSONReader.value(of: Array(json.utf8)[...], limits: .python)) != nil
  }
}

/// A title in double angular brackets, within a line.
struct BracketedTitle: InstructionRule {
  func isFollowed(by text: PythonText) -> Bool {
    text.split(separator: "\n").contains { line in
      guard let start = line.starts(of: ["<", "<"]).first,
        let end = line.starts(of: [">", ">"]).last, end >= start + 3
      else { return false }
      let title = PythonText(line.scalars[start..<end])
      return !title.trimmedStart { $0 == "<" }.trimmedEnd { $0 == ">" }.isBlank
    }
  }
}
