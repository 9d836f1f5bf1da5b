import RESTADocuments

/// The formats that prompts are read from.
///
/// Fields that a format has beside those named here are ignored. CSV columns are found by name,
/// whatever their case and order.
package enum DatasetFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// A JailbreakBench attack artifact (arXiv 2404.01318), JSON: `parameters.method`, and
  /// `jailbreaks`, a list of `index`, `goal`, `behavior`, `category`, `prompt` or null, `response` or
  /// null, `jailbroken`.
  ///
  /// The prompts are adversarial. The totals of the header are not read: those of the published files
  /// do not always fit their lists.
  case jailbreakBenchArtifact = "jbb-artifact"
  /// JailbreakBench's behaviors, CSV: `Index`, `Goal`, `Behavior`, `Category`.
  ///
  /// The prompts are direct; for its file of benign behaviors, give the role.
  case jailbreakBenchBehaviors = "jbb-behaviors"
  /// XSTest (arXiv 2308.01263), CSV: `id`, `prompt`, `type`, `label`.
  ///
  /// Prompts labelled safe are benign, those labelled unsafe are direct.
  case xstest
  /// IFEval (arXiv 2311.07911), JSON Lines: `key`, `prompt`, `instruction_id_list`, `kwargs`.
  ///
  /// The prompts are benign; arguments that are null are left out.
  case ifeval
  /// AlpacaEval, a JSON list: `instruction`, and perhaps `dataset` and `output`.
  ///
  /// The prompts are benign.
  case alpacaEval = "alpaca-eval"
  /// Our own, JSON Lines: ``Sample``'s fields, and the split.
  ///
  /// | field | holds |
  /// | --- | --- |
  /// | `prompt` | the user's message |
  /// | `role` | `direct`, `adversarial` or `benign`; may be missing where the reader is given one |
  /// | `id` | a text or a whole number, unique in the file; if missing, `row-` and the row |
  /// | `behavior`, `goal`, `category`, `attack` | texts; may be missing |
  /// | `split` | `development` or `test`; may be missing, but not from some rows only |
  /// | `instructions` | a list of `id` and `arguments` as IFEval's; may be missing |
  /// | `recorded` | an answer that came with the prompt: `text`, and perhaps `jailbroken` |
  case jsonl

  /// What a file of the format looks like, for errors.
  var outline: String {
    switch self {
    case .jailbreakBenchArtifact: "a JSON object with 'jailbreaks'"
    case .jailbreakBenchBehaviors: "CSV with 'Index', 'Goal', 'Behavior', 'Category'"
    case .xstest: "CSV with 'id', 'prompt', 'type', 'label'"
    case .ifeval: "JSON Lines with 'key', 'prompt', 'instruction_id_list', 'kwargs'"
    case .alpacaEval: "a JSON list with 'instruction'"
    case .jsonl: "JSON Lines with 'prompt'"
    }
  }
}

extension DatasetFormat {
  /// Tells a file's format by its content.
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
