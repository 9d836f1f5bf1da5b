import Foundation
package import RESTA
import RESTADocuments

/// What an evaluation asks, how the answers are defended, and who judges: a YAML file, read.
///
/// `docs/evaluation.md` documents each key.
public struct EvaluationConfiguration: Sendable {
  /// The evaluation's name.
  public var name = ""
  package var about: String?
  /// The model, where the file names one; the command line wins.
  package var model = ModelSource()
  package var system: String?
  package var templateDate: TemplateDate?
  package var templateVariables: [String: TemplateVariable] = [:]
  package var maximumTokens = 150
  /// The seeds; each defence that uses one runs with each.
  package var seeds: [UInt64] = [1]
  package var datasets: [DatasetSource] = []
  /// How the answers are defended, lists of values expanded.
  package var defenses: [NamedDefense] = []
  /// Who judges, in order: the first that tells refused from complied decides.
  package var judges: [JudgeSource] = []
  package var baseline = ""
  package var endpoint: PrimaryEndpoint?
  package var skipsBadRows = false
  /// The file's text: what tells this evaluation from others.
  package var text = ""
  /// What relative file names in it start from.
  package var folder = "."

  /// The keys whose values are one value.
  package static let table: [Setting<EvaluationConfiguration>] = [
    Setting("name", \.name, .text, "The evaluation's name.", default: "the file's"),
    Setting("about", \.about, .optional(.text), "A sentence on what it is for."),
    Setting(
      "system", \.system, .optional(.text), "The system prompt.",
      default: "what the template does without one"),
    Setting(
      "template_date", \.templateDate, .optional(.templateDate),
      "The date that chat templates print which ask for it.",
      default: "the day on which the evaluation begins"),
    Setting(
      "template_vars", \.templateVariables, .templateVariables,
      "Variables for the model's chat template, such as enable_thinking=false.", default: "none"),
    Setting(
      "max_tokens", \.maximumTokens, .integer(1...100_000), "The most tokens of an answer.",
      default: "150"),
    Setting(
      "baseline", \.baseline, .text, "The defence that others are compared with.",
      default: "the undefended model"),
    Setting(
      "skip_bad_rows", \.skipsBadRows, .flag,
      "Whether rows of datasets that cannot be read are left out, and listed.", default: "no"),
  ]
  private static let keys =
    table.map(\.name) + ["model", "seeds", "datasets", "defenses", "judges", "endpoint"]

  package struct ModelSource: Sendable, Hashable {
    package var file: String?
    package var adapters: [String] = []
    package var chatTemplate: String?

    package static let table: [Setting<ModelSource>] = [
      Setting("file", \.file, .optional(.text), "The GGUF file, relative to the configuration."),
      Setting(
        "lora", \.adapters, .list(of: .text),
        "LoRA adapters, FILE or FILE:SCALE, relative to the configuration."),
      Setting(
        "chat_template", \.chatTemplate, .optional(.text),
        "A built-in chat template's name, or a file's."),
    ]
  }

  /// Reads a configuration.
  ///
  /// - Parameter path: A YAML file; relative file names in it start from its folder.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`: the file, the line, the key and what
  ///   is expected there.
  public init(contentsOf path: String) throws(EvaluationError) {
    let file: SourceFile
    do {
      file = try SourceFile.read(path)
    } catch {
      throw EvaluationError.invalidConfiguration(
        "The configuration cannot be read: \(error.message). 'resta eval config' prints one to start "
          + "from.")
    }
    try self.init(parsing: file.text, file: path)
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// Reads a configuration's text; relative file names in it start from the current folder.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: The file's name, for errors and as the default name.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`: the file, the line, the key and what
  ///   is expected there.
  public init(parsing text: String, file: String) throws(EvaluationError) {
    do throws(DocumentError) {
      guard let top = try YAMLNode.document(text, file: file) else {
        throw DocumentError("\(file): the file is empty; 'resta eval config' prints one to edit.")
      }
      try self.init(top)
    } catch {
      throw EvaluationError.invalidConfiguration(error.message, cause: error.cause)
    }
    self.text = text
  }

  private init(_ top: YAMLNode) throws(DocumentError) {
    let fields = try top.fields(Self.keys)
    let chosen = try YAMLNode.chosen(fields, table: Self.table, base: Self(named: top.file))
    self = chosen.value
    let isSpecial = { (letter: Unicode.Scalar) in
      letter == "/" || letter.properties.generalCategory == .control
    }
    if [".", ".."].contains(name) || name.unicodeScalars.contains(where: isSpecial) {
      throw (fields["name"] ?? top).error(
        "a folder gets this name: it has no '/' and no control character, and is not '.' or '..'")
    }
    if let node = fields["model"] { model = try ModelSource(node) }
    if let node = fields["seeds"] { seeds = try Self.seeds(node) }
    guard let datasets = fields["datasets"] else {
      throw top.error("there is no 'datasets': a list of what to ask")
    }
    for element in datasets.elements() { self.datasets.append(try DatasetSource(element)) }
    guard !self.datasets.isEmpty else { throw datasets.error("names no dataset") }
    for element in fields["defenses"]?.elements() ?? [] {
      defenses += try NamedDefense.expanded(element)
    }
    if !defenses.contains(where: { $0.defense is Undefended }) {
      // Nothing can be said of a defence without the undefended model beside it.
      defenses.insert(NamedDefense(name: "none", defense: Undefended()), at: 0)
    }
    for element in fields["judges"]?.elements() ?? [] {
      let judge = try JudgeSource(element)
      guard !judges.contains(judge) else { throw element.error("this judge is there twice") }
      judges.append(judge)
    }
    if judges.isEmpty {
      if let node = fields["judges"] { throw node.error("names no judge") }
      judges = JudgeSource.defaults
    }
    if !chosen.names.contains("baseline") {
      baseline = defenses.first { $0.defense is Undefended }?.name ?? "none"
    }
    try checkNames(top, baseline: fields["baseline"])
    if let node = fields["endpoint"] {
      endpoint = try PrimaryEndpoint(node, defenses: defenses, baseline: baseline)
    }
  }

  /// `sweeps/noise.yaml` is `noise`.
  private init(named file: String) {
    let stem = SourceFile.stem(of: file)
    name = stem.isEmpty ? "evaluation" : stem
  }

  private func checkNames(_ top: YAMLNode, baseline place: YAMLNode?) throws(DocumentError) {
    for (kind, names) in [
      ("datasets", datasets.map(\.name)), ("defenses", defenses.map(\.name)),
    ] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted {
        throw top.error("two \(kind) are called '\(name)': give each a 'name' of its own")
      }
    }
    guard defenses.contains(where: { $0.name == baseline }) else {
      throw (place ?? top).error(
        Suggestion.unknown("baseline", baseline, known: defenses.map(\.name)))
    }
  }

  /// `[1, 2, 3]`, or `{first: 1, count: 3}`.
  private static func seeds(_ node: YAMLNode) throws(DocumentError) -> [UInt64] {
    var seeds: [UInt64] = []
    if node.isMapping {
      let fields = try node.fields(["first", "count"])
      let first = try fields["first"]?.value(.seed) ?? 1
      guard let count = try fields["count"]?.value(.integer(1...10_000)) else {
        throw node.error("there is no 'count'")
      }
      let (last, isTooLarge) = first.addingReportingOverflow(UInt64(count) - 1)
      guard !isTooLarge else { throw node.error("there are no \(count) seeds from \(first) on") }
      seeds = Array(first...last)
    } else {
      // "seeds: 3" would be one seed to us, and three to who wrote it.
      guard node.isList else { throw node.error("must be a list, such as [3], or {count: 3}") }
      for element in node.elements() { seeds.append(try element.value(.seed)) }
    }
    guard !seeds.isEmpty else { throw node.error("at least one seed is needed") }
    guard Set(seeds).count == seeds.count else { throw node.error("a seed is there twice") }
    return seeds
  }

  // MARK: - Its files

  /// A file name of the configuration, as seen from here.
  package func resolved(_ file: String) -> String { Self.resolved(file, in: folder) }

  /// A file name of a configuration in a folder.
  package static func resolved(_ file: String, in folder: String) -> String {
    file.hasPrefix("/") ? file : folder + "/" + file
  }

  /// A chat template that a configuration in a folder names: a built-in one, or a file.
  package static func template(_ name: String, in folder: String) -> String {
    ChatTemplate.builtInNames.contains(name) ? name : resolved(name, in: folder)
  }

  /// The datasets, read, at most so many prompts of each.
  package func read(data: String?, limit: Int?) throws(EvaluationError) -> [Dataset] {
    var found: [Dataset] = []
    for var source in datasets {
      if let limit { source.limit = min(limit, source.limit ?? limit) }
      if skipsBadRows { source.skipsBadRows = true }
      found.append(try source.dataset(relativeTo: folder, data: data))
    }
    return found
  }
}

extension EvaluationConfiguration.ModelSource {
  /// Reads `model`: a file's name, or keys and values.
  init(_ node: YAMLNode) throws(DocumentError) {
    guard node.isMapping else {
      file = try node.text()
      return
    }
    self = try YAMLNode.chosen(
      try node.fields(Self.table.map(\.name)), table: Self.table, base: Self()
    ).value
    // Which model they would be added to, nobody could tell.
    guard file != nil || adapters.isEmpty else { throw node.error("'lora' without 'file'") }
  }
}
