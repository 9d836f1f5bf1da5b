/// Where the prompt of a row is.
package enum PromptColumns {
  /// The names of the field that holds a prompt.
  ///
  /// `goal` and `behavior` also say what another prompt is
  /// about, so they are it only where there is no other.
  package static let names = [
    "prompt", "instruction", "question", "query", "text", "forbidden_prompt", "goal", "behavior",
  ]
  /// What holds a part of the prompt that is elsewhere.
  fileprivate static let companions = [
    "input", "context", "ContextString", "system", "system_prompt", "messages", "conversation",
    "conversations", "history", "suffix",
  ]

  package static let inWords = names.map { "'\($0)'" }.joined(separator: ", ")

  /// Whether a field of a name holds prompts.
  static func contain(_ name: String) -> Bool { names.contains(name.lowercased()) }
}

extension DataRow {
  /// The prompt: the row itself, or its one field that is called like a prompt.
  package func prompt() throws(DocumentError) -> String {
    if let text { return try checked(text) }
    let here = PromptColumns.names.filter(has)
    let own = here.filter { $0 != "goal" && $0 != "behavior" }
    try checkOne(own)
    guard let name = own.first ?? here.first else {
      throw error("there is no prompt: a field \(PromptColumns.inWords) is missing")
    }
    return try prompt(in: name)
  }

  package func prompt(in name: String) throws(DocumentError) -> String {
    let prompt = try checked(try string(name))
    try checkOne(keys(like: name))
    for companion in PromptColumns.companions
    where holds(companion) && !repeats(companion, prompt) {
      let other = companion.hasPrefix("system") ? ", or name it once for all rows (--system)" : ""
      throw error("'\(companion)' holds more of the prompt; write all of it into '\(name)'\(other)")
    }
    return prompt
  }

  private func checkOne(_ names: [String]) throws(DocumentError) {
    guard names.count <= 1 else {
      throw error(
        "\(names.map { "'\($0)'" }.joined(separator: " and ")) could each be the prompt; keep one")
    }
  }

  private func checked(_ prompt: String) throws(DocumentError) -> String {
    guard !prompt.unicodeScalars.allSatisfy(\.properties.isWhitespace) else {
      throw error("the prompt is empty")
    }
    return prompt
  }
}

/// Tells plain text from what only looks like it.
enum PlainText {
  /// What is wrong with a row that a broken export, or another file, left a zero in.
  static let zero = "there is a zero byte, which no text has"
  private static let separators = Array(",\t;".utf8)

  /// The separator of a line that is a table's header: it names a column with prompts.
  ///
  /// The header of one column has none, and the one that is usual there counts.
  static func separator(
    ofHeader line: ArraySlice<UInt8>, usual: UInt8 = UInt8(ascii: ",")
  ) -> UInt8? {
    ([usual] + separators).first { separator in
      fields(line, separator).contains(where: PromptColumns.contain)
    }
  }

  private static func fields(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> [String] {
    line.split(separator: separator, omittingEmptySubsequences: false).map { field in
      let outer = Array(" \t\"'".utf8)
      let inner = field.drop(while: outer.contains).reversed().drop(while: outer.contains)
      return String(decoding: inner.reversed(), as: UTF8.self)
    }
  }

  /// Refuses lines that are another format's.
  static func check(_ lines: [DataFile.Line], name: String) throws(DocumentError) {
    for line in lines {
      let place = "\(name):\(line.number)"
      if line.bytes.contains(UInt8(ascii: "\r")) {
        throw DocumentError("\(place): a carriage return without a line feed; save with line feeds")
      }
      let first = line.bytes.first { !" \t".utf8.contains($0) }
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
        (try? JSONReader.value(of: line.bytes, limits: .python)) != nil
      {
        throw DocumentError(
          "\(place): JSON among lines of plain text; write all rows as JSON Lines, or none")
      }
    }
    guard let header = lines.first else { return }
    if fields(header.bytes, UInt8(ascii: "|")).contains(where: PromptColumns.contain) {
      throw DocumentError(
        "\(name):\(header.number): a table with '|' between its columns; save it as CSV")
    }
    for separator in separators {
      let names = fields(header.bytes, separator)
      // "red, green" is a sentence, unless every line is one of as many parts.
      let isDense =
        !header.bytes.contains(UInt8(ascii: " "))
        || lines.count > 1 && lines.allSatisfy { $0.bytes.contains(separator) }
      if names.count > 1, isDense, names.allSatisfy(isIdentifier) {
        throw DocumentError(
          "\(name):\(header.number): this looks like a table's header, and names no column with "
            + "prompts: \(PromptColumns.inWords); plain text can be written as a JSON list")
      }
    }
  }

  private static func isIdentifier(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.first.map { !(0x30...0x39).contains($0) } == true
      && text.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
      }
  }
}
