import RESTA

extension DatasetSource {
  /// Reads the prompts.
  ///
  /// - Parameters:
  ///   - folder: What relative file names start from: the configuration's folder.
  ///   - data: The folder with public datasets. `nil`: none was named.
  /// - Returns: The dataset, under this source's name.
  /// - Throws: ``EvaluationError``: the file, the row and the field at fault, or the known names.
  package func dataset(relativeTo folder: String, data: String?) throws(EvaluationError) -> Dataset {
    var selection = DatasetSelection(
      role: only, categories: categories, split: split, developmentShare: developmentShare)
    if let limit { selection.limit = .spread(limit) }
    switch place {
    case .builtIn(let text):
      guard let set = BuiltInName(rawValue: text) else {
        throw EvaluationError(
          .invalidConfiguration,
          Suggestion.unknown(
            "built-in dataset", text, known: BuiltInName.allCases.map(\.rawValue)))
      }
      var dataset = try Dataset.builtIn(set, selection: selection)
      dataset.name = name
      return dataset
    case .known(let text):
      let path = try Self.path(ofKnown: text, data: data)
      return try load(path, format: format ?? KnownDataset.named(text)?.format, selection)
    case .file(let file):
      return try load(file.hasPrefix("/") ? file : folder + "/" + file, format: format, selection)
    }
  }

  private func load(
    _ path: String, format: DatasetFormat?, _ selection: DatasetSelection
  ) throws(EvaluationError) -> Dataset {
    try Dataset.load(
      contentsOf: path, format: format, name: name, attack: attack, role: role,
      selection: selection)
  }

  private static func path(ofKnown name: String, data: String?) throws(EvaluationError) -> String {
    guard let known = KnownDataset.named(name) else {
      throw EvaluationError(
        .invalidConfiguration,
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
