package import RESTA
import RESTADocuments

/// Where the prompts of one dataset are from, and which of them are asked.
package struct DatasetSource: Sendable, Hashable {
  /// The key that says where they are from.
  package enum Place: String, Sendable, Hashable, CaseIterable {
    /// One of our own sets, by name.
    case builtIn = "built_in"
    /// A public dataset by its name in `resta eval data`, in the data folder.
    case known
    /// A file, relative to the configuration.
    case file
  }

  package var name = ""
  package var place = Place.file
  /// The set's name, or the file's.
  package var source = ""
  package var format: DatasetFormat?
  package var attack: String?
  package var role: Sample.Role?
  package var only: Sample.Role?
  package var categories: [String] = []
  package var split: DataSplit?
  package var developmentShare = 0.3
  package var limit: Int?
  package var skipsBadRows = false
  /// Whether a format that implies another role than ``role`` is refused too; no row can be left out then.
  package var demandsRole = false

  /// The keys of an element of `datasets`; the first three are places, of which one is named.
  package static let table: [Setting<DatasetSource>] = [
    Setting("built_in", \.source, .text, "One of our own sets, by name."),
    Setting("known", \.source, .text, "A public dataset, by its name in 'resta eval data'."),
    Setting("file", \.source, .text, "A file, relative to the configuration."),
    Setting("name", \.name, .text, "Its name in tables.", default: "that of the place"),
    Setting(
      "format", \.format, .optional(.choice()), "The format.", default: "told by the content"),
    Setting("attack", \.attack, .optional(.text), "The attack's name.", default: "the data's own"),
    Setting(
      "role", \.role, .optional(.choice()), "What the prompts are there to show.",
      default: "what the format says"),
    Setting("only", \.only, .optional(.choice()), "Only prompts of this role.", default: "all"),
    Setting(
      "categories", \.categories, .list(of: .text), "Only prompts of these categories.",
      default: "all"),
    Setting(
      "split", \.split, .optional(.choice()), "One side of the split by behavior.",
      default: "both"),
    Setting(
      "development_share", \.developmentShare, .number(0...1),
      "The share of behaviors on the development side, where the data has no split of its own.",
      default: "0.3"),
    Setting(
      "limit", \.limit, .optional(.integer(1...)), "At most so many prompts, spread evenly.",
      default: "all"),
    Setting(
      "skip_bad_rows", \.skipsBadRows, .flag,
      "Whether rows that cannot be read are left out, and listed.", default: "no"),
  ]

  private init() {}

  /// Reads an element of `datasets`: a file's name, or keys and values.
  init(_ node: YAMLNode) throws(DocumentError) {
    guard node.isMapping else {
      source = try node.text()
      name = SourceFile.stem(of: source)
      return
    }
    let fields = try node.fields(Self.table.map(\.name))
    let chosen = try YAMLNode.chosen(fields, table: Self.table, base: DatasetSource())
    let places = Place.allCases.filter { chosen.names.contains($0.rawValue) }
    guard places.count == 1 else {
      throw node.error("name one place: 'built_in', 'known' or 'file'")
    }
    for key in ["format", "attack", "role", "skip_bad_rows"] where fields["built_in"] != nil {
      if let field = fields[key] {
        throw field.error("leave it out: it is for files, and 'built_in' names none")
      }
    }
    self = chosen.value
    place = places[0]
    if name.isEmpty { name = place == .file ? SourceFile.stem(of: source) : source }
  }
}

extension DatasetSource {
  package func dataset(relativeTo folder: String, data: String?) throws(EvaluationError) -> Dataset
  {
    let selection = DatasetSelection(
      role: only, categories: categories, split: split, developmentShare: developmentShare,
      limit: limit)
    switch place {
    case .builtIn:
      guard let set = BuiltInName(rawValue: source) else {
        throw EvaluationError.invalidConfiguration(
          Suggestion.unknown(
            "built-in dataset", source, known: BuiltInName.allCases.map(\.rawValue)))
      }
      var dataset = try Dataset.builtIn(set, selection: selection)
      dataset.name = name
      return dataset
    case .known:
      let path = try Self.path(ofKnown: source, data: data)
      return try load(path, format: format ?? KnownDataset.named(source)?.format, selection)
    case .file:
      let path = EvaluationConfiguration.resolved(source, in: folder)
      return try load(path, format: format, selection)
    }
  }

  private func load(
    _ path: String, format: DatasetFormat?, _ selection: DatasetSelection
  ) throws(EvaluationError) -> Dataset {
    try Dataset.load(
      contentsOf: path, format: format, name: name, attack: attack,
      role: demandsRole ? nil : role, fallback: role, only: demandsRole ? role : nil,
      skipsBadRows: demandsRole ? nil : skipsBadRows, selection: selection)
  }

  private static func path(ofKnown name: String, data: String?) throws(EvaluationError) -> String {
    guard let known = KnownDataset.named(name) else {
      throw EvaluationError.invalidConfiguration(
        Suggestion.unknown("dataset", name, known: KnownDataset.all.map(\.name)))
    }
    guard let data else {
      throw EvaluationError(
        .fileFailed,
        "The dataset '\(name)' is not part of this project. Name the folder that holds it with "
          + "--data, or in \(KnownDataset.folderVariable); 'resta eval data' says where to get it.")
    }
    guard let path = known.locate(in: data) else {
      throw EvaluationError(
        .fileFailed,
        "The dataset '\(name)' is not in '\(data)': it would be "
          + "\(known.candidates.map { "'\($0)'" }.joined(separator: " or ")) there. "
          + "'resta eval data' says where to get it.")
    }
    return path
  }
}
