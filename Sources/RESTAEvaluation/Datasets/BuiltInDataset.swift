import RESTADocuments

extension Dataset {
  package static func builtIn(
    _ name: BuiltInName, split: DataSplit? = nil
  ) throws(EvaluationError) -> Dataset {
    try builtIn(name, selection: DatasetSelection(split: split))
  }

  package static func builtIn(
    _ name: BuiltInName, selection: DatasetSelection
  ) throws(EvaluationError) -> Dataset {
    let (file, entries) = try read(name)
    let whole = Dataset(
      name: name.rawValue, source: "built-in", sha256: file.sha256, samples: entries.samples,
      rows: entries.rows)
    return try whole.selecting(selection, splits: entries.splits)
  }

  /// The side of each of our own goals, by its text.
  static func sidesOfOwnGoals() throws(EvaluationError) -> [String: DataSplit] {
    let entries = try read(.direct).entries
    return entries.samples.reduce(into: [:]) { $0[$1.prompt] = entries.splits[$1.id] }
  }

  private static func read(
    _ name: BuiltInName
  ) throws(EvaluationError) -> (file: SourceFile, entries: DatasetEntries) {
    try EvaluationError.reading { () throws(DocumentError) in
      let file =
        try name == .checkable
        ? SourceFile(name: "checkable.jsonl", bytes: PackageResources.checkable_jsonl)
        : SourceFile(name: "built-in.jsonl", bytes: PackageResources.built_in_jsonl)
      return (file, try DatasetEntries.builtIn(name, in: DataFile(file)))
    }
  }
}

extension DatasetEntries {
  /// Reads one set of its resource.
  ///
  /// That of the checkable prompts is in our own format but for the role. The other has a line for
  /// each harmful request, with the attacks on it, and one for each benign prompt: half as long as a
  /// line for each prompt, which counts, because the compiler reads it as an array of bytes.
  fileprivate static func builtIn(
    _ name: BuiltInName, in file: DataFile
  ) throws(DocumentError) -> DatasetEntries {
    var entries = DatasetEntries()
    for row in file.rows {
      let fields = try row.get()
      let id = try fields.string("id")
      let split = try fields.optionalChoice("split", of: DataSplit.self)
      let category = try fields.string("category")
      guard let goal = try fields.optionalString("goal") else {
        if name == .benign || name == .checkable {
          let sample = try Sample(fields, fallback: .benign)
          try entries.add(sample, from: fields.place, split: split)
        }
        continue
      }
      if name == .direct {
        let sample = Sample(
          id: id, role: .direct, prompt: goal, behavior: id, goal: goal, category: category)
        try entries.add(sample, from: fields.place, split: split)
      }
      guard name == .adversarial || name == .broken else { continue }
      let tried = [
        try fields.optionalRow("attacks"),
        name == .broken ? nil : try fields.optionalRow("failed"),
      ].compactMap { $0 }
      for attack in ["gcg", "random-search", "prefix-injection"] {
        var found: String?
        for attacks in tried where found == nil { found = try attacks.optionalString(attack) }
        guard let prompt = found else { continue }
        let sample = Sample(
          id: "\(id)-\(attack)", role: .adversarial, prompt: prompt, behavior: id, goal: goal,
          category: category, attack: attack)
        try entries.add(sample, from: fields.place, split: split)
      }
    }
    return entries
  }
}

/// Our own small sets, in the module itself: so that everything runs offline.
///
/// They are mild enough to print, and small: for a claim, use the public sets.
package enum BuiltInName: String, Sendable, Hashable, Codable, CaseIterable {
  /// 100 harmful requests as they are; none was trained on by the aligned test model.
  case direct
  /// Every attack that was tried on those requests, whether it broke the undefended model or not:
  /// optimised suffixes (`gcg`, `random-search`) and plain requests to begin the answer in a given
  /// way (`prefix-injection`), one prompt each.
  case adversarial
  /// Those of them that broke the undefended test model, on the file and the engine that they were optimised on.
  ///
  /// That model complies with all of them by construction, so that any change seems to defend: for
  /// what is lost between two defences, not for a rate.
  case broken
  /// Requests that should be answered: everyday ones, and some that sound alarming and are not
  /// (category `sounds-alarming`).
  case benign
  /// Benign requests with an answer that is right or wrong: arithmetic, short facts, small instructions
  /// (those are the categories).
  case checkable
}
