/// A file of rows, read in one way wherever one is named: prompts, datasets, answers, labels.
///
/// What it is follows from its content, and from its suffix where that says it: CSV and TSV (`.csv`,
/// `.tsv`, or a first line that names a known column; separators `,`, `;` and tab), JSON Lines
/// (`.jsonl`, `.ndjson`, or a value on each line), a JSON list, or a JSON object with a list inside
/// under one of a few names. Everything else is plain text, a row on each line, if it is plainly that:
/// what looks like another format is an error, never text. Lines end with LF or CR LF; a CR alone is an
/// error, and other separators of Unicode belong to the line.
package struct DataFile: Sendable {
  package enum Layout: Sendable { case list, lines, table, text }

  package let source: SourceFile
  package let layout: Layout
  /// The rows, each with what is wrong with it where something is.
  package let rows: [Result<DataRow, DocumentError>]
  /// The names of a table's columns, as they stand; empty for the others.
  package let columns: [String]
  /// What is around the list: the other members of a JSON object.
  package let root: DataRow?
  /// The list's key in that object.
  package let listKey: String?

  /// The keys of a list inside an object, in the order of preference.
  private static let listKeys = [
    "jailbreaks", "prompts", "data", "rows", "samples", "examples", "instances", "questions",
    "instructions", "behaviors", "goals", "train", "test",
  ]

  private init(
    _ source: SourceFile, _ layout: Layout, _ rows: [Result<DataRow, DocumentError>],
    columns: [String] = [], root: DataRow? = nil, listKey: String? = nil
  ) {
    self.source = source
    self.layout = layout
    self.rows = rows
    self.columns = columns
    self.root = root
    self.listKey = listKey
  }

  package static func read(_ path: String) throws(DocumentError) -> DataFile {
    try DataFile(try SourceFile.read(path, isStrict: false))
  }

  package init(_ source: SourceFile) throws(DocumentError) {
    let lines = Self.lines(of: source.bytes)
    guard let first = lines.first else {
      self.init(source, .text, [])
      return
    }
    switch (source.suffix, first.bytes.first { !" \t".utf8.contains($0) }) {
    case ("csv", _), ("tsv", _), ("tab", _):
      try self.init(table: source, separator: Self.separator(of: source, first))
    case ("jsonl", _), ("ndjson", _): self.init(lines: lines, of: source)
    case ("yaml", _), ("yml", _):
      throw DocumentError(
        "\(source.name): YAML is no list of rows here; write JSON, JSON Lines or CSV")
    case (_, UInt8(ascii: "[")) where lines.count == 1 || !lines.allSatisfy(Self.isWhole):
      self.init(
        source, .list, try Self.elements(of: source.bytes[...], in: source, key: ""))
    case (_, UInt8(ascii: "{")) where lines.count == 1 || !Self.hasRows(lines):
      try self.init(object: source, line: first.number)
    case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")), ("json", _):
      self.init(lines: lines, of: source)
    default:
      if let separator = PlainText.separator(ofHeader: first.bytes) {
        try self.init(table: source, separator: separator)
      } else if source.suffix != "txt", first.bytes.first == UInt8(ascii: "\""), Self.isWhole(first)
      {
        self.init(lines: lines, of: source)
      } else {
        try self.init(text: lines, of: source)
      }
    }
  }

  // MARK: - Lines

  typealias Line = (number: Int, bytes: ArraySlice<UInt8>)

  /// The lines that are not blank, without their ends.
  private static func lines(of bytes: [UInt8]) -> [Line] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
      .map { (number: $0 + 1, bytes: $1.last == UInt8(ascii: "\r") ? $1.dropLast() : $1) }
      .filter { !$0.bytes.allSatisfy { " \t\r".utf8.contains($0) } }
  }

  private static func isWhole(_ line: Line) -> Bool {
    (try? JSONReader.value(of: line.bytes, limits: .python)) != nil
  }

  /// Whether lines are objects each, and not one object over several lines.
  private static func hasRows(_ lines: [Line]) -> Bool {
    isWhole(lines[0]) || (isWhole(lines[1]) && isWhole(lines[lines.count - 1]))
  }

  private init(lines: [Line], of source: SourceFile) {
    var start = SourceFile.Place()
    let rows = lines.map { line in
      start.advance(to: line.bytes.startIndex, in: source.bytes)
      return Result { () throws(DocumentError) -> DataRow in
        let value = try DataRow.value(of: line.bytes, in: source, from: start)
        return try Self.row(value, place: "\(source.name):\(line.number)", number: line.number)
      }
    }
    self.init(source, .lines, rows)
  }

  private init(text lines: [Line], of source: SourceFile) throws(DocumentError) {
    try PlainText.check(lines, name: source.name)
    var start = SourceFile.Place()
    let rows = lines.map { line in
      start.advance(to: line.bytes.startIndex, in: source.bytes)
      return Result { () throws(DocumentError) -> DataRow in
        let place = "\(source.name):\(line.number)"
        if let fault = source.fault(in: line.bytes, from: start) { throw fault }
        guard !line.bytes.contains(0) else { throw DocumentError("\(place): \(PlainText.zero)") }
        return DataRow(
          text: String(decoding: line.bytes, as: UTF8.self), place: place, number: line.number)
      }
    }
    self.init(source, .text, rows)
  }

  // MARK: - JSON

  private init(object source: SourceFile, line: Int) throws(DocumentError) {
    let bytes = source.bytes[...]
    let members = try Self.faults(in: bytes, of: source) { () throws(JSONReader.Fault) in
      try JSONReader.members(of: bytes)
    }
    let lists = Self.listKeys.filter { key in
      members.contains { $0.key == key && $0.value.first == UInt8(ascii: "[") }
    }
    let prompt = members.first { PromptColumns.contain($0.key) }?.key
    // A row of our own format has a list of that name beside its prompt.
    if let prompt, let list = lists.first(where: { $0 != "instructions" }) {
      throw DocumentError("\(source.name): '\(prompt)' and '\(list)' both hold prompts; keep one")
    }
    guard prompt == nil, let key = lists.first, let list = members.first(where: { $0.key == key })
    else {
      let value = try DataRow.value(of: bytes, in: source)
      let row = try DataRow(value, place: "\(source.name):\(line)", number: line)
      self.init(source, .list, [.success(row)], root: try DataRow(value, place: source.name))
      return
    }
    guard lists.count == 1 || key == "jailbreaks" else {
      let names = lists.map { "'\($0)'" }.joined(separator: " and ")
      throw DocumentError("\(source.name): \(names) are lists; keep the one that is meant")
    }
    var others = JSONObject()
    for member in members where member.key != key {
      let value = try DataRow.value(of: member.value, in: source)
      guard others.insert(value, for: Array(member.key.utf8)) else {
        throw DocumentError("\(source.name): a key occurs twice in the outermost object")
      }
    }
    guard members.count(where: { $0.key == key }) == 1 else {
      throw DocumentError("\(source.name): '\(key)' occurs twice in the outermost object")
    }
    self.init(
      source, .list,
      try Self.elements(of: list.value, in: source, key: key),
      root: try DataRow(.object(others), place: source.name), listKey: key)
  }

  private static func elements(
    of bytes: ArraySlice<UInt8>, in source: SourceFile, key: String
  ) throws(DocumentError) -> [Result<DataRow, DocumentError>] {
    let elements = try faults(in: bytes, of: source) { () throws(JSONReader.Fault) in
      try JSONReader.elements(of: bytes)
    }
    var start = SourceFile.Place()
    return elements.enumerated().map { index, element in
      start.advance(to: element.startIndex, in: source.bytes)
      return Result { () throws(DocumentError) -> DataRow in
        let value = try DataRow.value(of: element, in: source, from: start)
        return try row(
          value, place: "\(source.name):\(start.line): \(key)[\(index)]", number: index + 1)
      }
    }
  }

  /// A row, out of what the hub's viewer wraps it in.
  private static func row(
    _ value: JSONValue, place: String, number: Int
  ) throws(DocumentError) -> DataRow {
    let row = try DataRow(value, place: place, number: number)
    guard row.has("row_idx"), let inner = row.raw("row"), inner.object != nil else { return row }
    guard !row.holds("truncated_cells") else {
      throw row.error("the viewer that this is from has cut fields off; download the file itself")
    }
    return try DataRow(inner, place: place, number: number)
  }

  private static func faults<Value>(
    in bytes: ArraySlice<UInt8>, of source: SourceFile,
    _ body: () throws(JSONReader.Fault) -> Value
  ) throws(DocumentError) -> Value {
    do { return try body() } catch {
      let error = DataRow.error(error, of: bytes, in: source)
      guard source.suffix != "json" else { throw error }
      throw DocumentError(
        error.message + "; the file begins like JSON (write plain text that does as a JSON list)")
    }
  }

  // MARK: - Tables

  private static func separator(of source: SourceFile, _ first: Line) -> UInt8 {
    let usual = source.suffix == "csv" ? UInt8(ascii: ",") : UInt8(ascii: "\t")
    return PlainText.separator(ofHeader: first.bytes, usual: usual) ?? usual
  }

  private init(table source: SourceFile, separator: UInt8) throws(DocumentError) {
    let records = try CSVReader.records(of: source, separator: separator)
    guard let header = records.first else {
      self.init(source, .table, [])
      return
    }
    if let fault = header.fault { throw fault }
    guard !header.fields[0].hasPrefix("sep=") else {
      throw DocumentError("\(source.name):\(header.line): leave out the line 'sep='")
    }
    // Written by hand, names have spaces between; a space that means something is in no name.
    let columns = header.fields.map { name in
      String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    var numbers: [String: Int] = [:]
    for (number, column) in columns.enumerated() {
      if let earlier = numbers.updateValue(number, forKey: column.lowercased()), !column.isEmpty {
        throw DocumentError(
          "\(source.name):\(header.line): columns \(earlier + 1) and \(number + 1) have the same name"
        )
      }
    }
    let rows = records.dropFirst().map { record -> Result<DataRow, DocumentError> in
      let place = "\(source.name):\(record.line)"
      if let fault = record.fault { return .failure(fault) }
      guard record.fields.count == header.fields.count else {
        return .failure(
          DocumentError(
            "\(place): \(record.fields.count) fields; the header has \(header.fields.count)"))
      }
      return .success(
        DataRow(
          fields: record.fields, columns: columns, place: place, number: record.line))
    }
    self.init(source, .table, rows, columns: columns)
  }

  /// Checks that a table has some columns: told once for the file, not for each row.
  package func require(_ names: [String]) throws(DocumentError) {
    guard layout == .table else { return }
    for name in names where !columns.contains(where: { $0.lowercased() == name.lowercased() }) {
      // What the header does have is not repeated: in a wrong file it may be a prompt.
      throw DocumentError("\(source.name):1: the header has no column '\(name)'")
    }
  }

  // MARK: - Rows that cannot be read

  /// Reads each row, and gives those that cannot be read where they are to be left out.
  package func values<Value>(
    skipping: Bool?, _ body: (DataRow) throws(DocumentError) -> Value
  ) throws(DocumentError) -> (values: [Value], bad: [DocumentError]) {
    var values: [Value] = []
    var bad: [DocumentError] = []
    for row in rows {
      do throws(DocumentError) {
        values.append(try body(try row.get()))
      } catch {
        bad.append(error)
      }
    }
    try accept(bad, skipping: skipping)
    return (values, bad)
  }

  /// Refuses a file for its bad rows, naming ten at most, unless they are to be left out (`nil` where nobody can ask
  /// for that); all of them never are.
  package func accept(_ bad: [DocumentError], skipping: Bool?) throws(DocumentError) {
    guard let first = bad.first, skipping != true || bad.count == rows.count else { return }
    guard bad.count < rows.count else { throw first }
    let more = bad.dropFirst().prefix(9).map { "\n  \($0.message)" }.joined()
    let rest = bad.count > 10 ? "\n  and \(bad.count - 10) more" : ""
    throw DocumentError(
      first.message + more + rest + "\n\(Self.words(bad.count, of: rows.count, source.name))"
        + (skipping == nil ? "" : "; --skip-bad-rows (skip_bad_rows: true) goes on without"))
  }

  /// How many rows are bad, in words.
  package static func words(_ bad: Int, of rows: Int, _ name: String) -> String {
    "\(bad) of \(rows) rows of \(name) cannot be read"
  }
}
