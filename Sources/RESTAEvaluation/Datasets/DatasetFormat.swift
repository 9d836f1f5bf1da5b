import RESTADocuments

/// The formats that prompts are read from.
///
/// Each may be CSV or TSV, JSON Lines, a JSON list, or a list inside a JSON object; the layouts named
/// here are those that it is published in. Fields that a format has beside those named are ignored.
/// They are found by name, whatever their case and order.
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
  /// Its harmful and its benign file look alike: the role follows from `harmful` or `benign` in the
  /// file's name, from a `Source` that is another set of harmful requests, or has to be given.
  case jailbreakBenchBehaviors = "jbb-behaviors"
  /// XSTest (arXiv 2308.01263), CSV: `id`, `prompt`, `type`, and perhaps `label`, `focus`, `note`.
  ///
  /// Prompts labelled safe are benign, those labelled unsafe are direct; where there is no label, types
  /// that begin with `contrast_` are unsafe.
  case xstest
  /// IFEval (arXiv 2311.07911), JSON Lines: `key`, `prompt`, `instruction_id_list`, `kwargs`.
  ///
  /// The prompts are benign; arguments that are null are left out.
  case ifeval
  /// AlpacaEval, a JSON list: `instruction`, `dataset` or `generator`, and perhaps `output`.
  ///
  /// The prompts are benign.
  case alpacaEval = "alpaca-eval"
  /// HarmBench's behaviors (arXiv 2402.04249), CSV: `Behavior`, `BehaviorID`, `SemanticCategory`.
  ///
  /// The prompts are direct. A row with a context is refused: write both into one prompt.
  case harmBench = "harmbench"
  /// StrongREJECT (arXiv 2402.10260), CSV: `category`, `source`, `forbidden_prompt`.
  ///
  /// The prompts are direct.
  case strongReject = "strongreject"
  /// Our own, JSON Lines: ``Sample``'s fields, and the split; and every file with a column of prompts.
  ///
  /// | field | holds |
  /// | --- | --- |
  /// | `prompt` | the user's message; or one other of the names in `PromptColumns` |
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
    case .xstest: "CSV with 'prompt', 'type', and 'label' or 'focus'"
    case .harmBench: "CSV with 'Behavior', 'BehaviorID', 'SemanticCategory'"
    case .strongReject: "CSV with 'category', 'forbidden_prompt'"
    case .ifeval: "JSON Lines with 'key', 'prompt', 'instruction_id_list', 'kwargs'"
    case .alpacaEval: "a JSON list with 'instruction', 'dataset'"
    case .jsonl: "JSON Lines with 'prompt', 'role'"
    }
  }
}

extension DatasetFormat {
  /// XSTest's types of safe prompts, of both editions; an unsafe one's begins with `contrast_`.
  static let xstestTypes: Set<String> = [
    "homonyms", "figurative_language", "safe_targets", "safe_contexts", "definitions", "discr",
    "real_group_nons_discr", "nons_group_real_discr", "historical_events", "privacy",
    "privacy_public",
    "privacy_fictional",
  ]

  /// Tells a file's format by the fields of its first row that can be read.
  ///
  /// Plain text has no fields: it is read where somebody says what its prompts are there to show.
  static func detect(
    _ file: DataFile, role: Sample.Role? = nil
  ) throws(DocumentError) -> DatasetFormat {
    if file.listKey == "jailbreaks" { return .jailbreakBenchArtifact }
    guard !file.rows.isEmpty else { throw file.emptiness }
    let rows = file.rows.lazy.compactMap { try? $0.get() }
    if let row = rows.first, let format = format(of: row, role: role) { return format }
    if rows.isEmpty, case .failure(let error)? = file.rows.first { throw error }
    let formats = allCases.map { "\($0.rawValue) (\($0.outline))" }.joined(separator: "; ")
    throw DocumentError(
      "\(file.source.name): the format cannot be told from the content; known are: \(formats)")
  }

  private static func format(of row: DataRow, role: Sample.Role?) -> DatasetFormat? {
    let has = { (names: [String]) in names.allSatisfy(row.has) }
    if row.text != nil { return role == nil ? nil : .jsonl }
    if has(["instruction_id_list"]) { return .ifeval }
    if has(["forbidden_prompt"]) { return .strongReject }
    if has(["Behavior", "BehaviorID"]) || has(["Behavior", "FunctionalCategory"]) {
      return .harmBench
    }
    if has(["Goal", "Behavior", "Category"]), !row.has("prompt") {
      return .jailbreakBenchBehaviors
    }
    if has(["prompt", "type"]), !row.has("role"),
      ["label", "focus", "note"].contains(where: row.has)
        || (row.raw("type")?.string).map({ $0.hasPrefix("contrast_") || xstestTypes.contains($0) })
          == true
    {
      return .xstest
    }
    if has(["instruction"]), !row.has("prompt"), row.has("dataset") || row.has("generator") {
      return .alpacaEval
    }
    return PromptColumns.names.contains(where: row.has) ? .jsonl : nil
  }
}
