import RESTADocuments

extension DatasetFormat {
  /// Tells a file's format by its content.
  ///
  /// - Parameter file: The file.
  /// - Returns: The format.
  /// - Throws: ``EvaluationError`` that lists the formats when it is none of them, or that says where
  ///   the file is no JSON or CSV.
  /// - Complexity: O(bytes).
  static func detect(_ file: SourceFile) throws(EvaluationError) -> DatasetFormat {
    let format =
      switch file.bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
      case UInt8(ascii: "{"): try objectFormat(file)
      case UInt8(ascii: "["): try listFormat(file)
      default: tableFormat(file)
      }
    if let format { return format }
    let formats = allCases.map { "\($0.rawValue) (\($0.outline))" }.joined(separator: "; ")
    throw EvaluationError(
      .invalidData,
      "\(file.name): the format cannot be told from the content; known are: \(formats)"
    )
  }

  /// One object over the whole file, or one on each line.
  private static func objectFormat(_ file: SourceFile) throws(EvaluationError) -> DatasetFormat? {
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"))
    let first = lines.first { $0.contains(UInt8(ascii: "{")) } ?? file.bytes[...]
    let value: JSONValue
    do {
      value = try JSONFields.value(of: first, name: file.name)
    } catch {
      value = try JSONFields.value(of: file.bytes[...], name: file.name)
    }
    guard let object = value.object else { return nil }
    if object["jailbreaks"] != nil { return .jailbreakBenchArtifact }
    if object["instruction_id_list"] != nil { return .ifeval }
    return object["prompt"] == nil ? nil : .jsonl
  }

  private static func listFormat(_ file: SourceFile) throws(EvaluationError) -> DatasetFormat? {
    let value = try JSONFields.value(of: file.bytes[...], name: file.name)
    return value.array?.first?.object?["instruction"] == nil ? nil : .alpacaEval
  }

  private static func tableFormat(_ file: SourceFile) -> DatasetFormat? {
    // A file that is no CSV either is no table; that its first quote is out of place would say less
    // than the list of formats.
    guard let header = try? CSVReader.header(of: file) else { return nil }
    let columns = Set(header.map { $0.lowercased() })
    if columns.isSuperset(of: ["goal", "behavior", "category"]) { return .jailbreakBenchBehaviors }
    return columns.isSuperset(of: ["prompt", "type", "label"]) ? .xstest : nil
  }
}
