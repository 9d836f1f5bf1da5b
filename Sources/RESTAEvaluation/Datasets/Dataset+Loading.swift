extension Dataset {
  /// Reads a dataset.
  ///
  /// Prompts come out byte for byte. Fields that are not used are ignored; everything else that does
  /// not fit the format is an error that names file, row and field: a null prompt where the format
  /// knows none, an empty one, an id that occurs twice.
  ///
  /// - Parameters:
  ///   - path: The file; UTF-8, with or without a byte order mark, at most 256 MiB.
  ///   - format: Its format. Default: told by the content.
  ///   - name: The dataset's name. Default: the attack's, for an artifact; else the file's name
  ///     without its ending.
  ///   - attack: The attack that made the adversarial prompts. Default: the data's own.
  ///   - role: The role of all prompts. Default: what the format says.
  ///   - selection: Which prompts are kept. Its split is the data's own where that has one. Default:
  ///     all.
  /// - Returns: The dataset. Its rows and nulls count the whole file, whatever is selected.
  /// - Throws: ``EvaluationError``: the file, its content, or a selection that leaves no prompt.
  /// - Complexity: O(bytes).
  package static func load(
    contentsOf path: String, format: DatasetFormat? = nil, name: String? = nil,
    attack: String? = nil, role: Sample.Role? = nil,
    selection: DatasetSelection = DatasetSelection()
  ) throws(EvaluationError) -> Dataset {
    let file = try SourceFile.read(path)
    let entries = try DatasetEntries.read(file, format: format, attack: attack, role: role)
    guard !entries.samples.isEmpty else {
      throw EvaluationError(
        .invalidData, "\(path): none of its \(entries.rows) entries has a prompt")
    }
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    let stem = fileName.split(separator: ".").first.map(String.init) ?? fileName
    let whole = Dataset(
      name: name ?? entries.attack ?? stem, source: fileName, sha256: file.sha256,
      samples: entries.samples, rows: entries.rows, nulls: entries.nulls)
    return try whole.selecting(selection, splits: entries.splits)
  }
}
