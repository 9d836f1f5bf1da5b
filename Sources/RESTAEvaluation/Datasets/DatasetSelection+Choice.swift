extension DatasetSelection {
  /// Chooses prompts.
  ///
  /// - Parameters:
  ///   - samples: All prompts.
  ///   - splits: The data's own split by sample id; a prompt that is not in it falls by its cluster.
  ///   - name: The dataset, for errors.
  /// - Returns: Those that fit, in the given order; at least one.
  /// - Throws: ``EvaluationError`` for a share or a limit out of range, for an attack or a category
  ///   that no prompt has, and when no prompt is left.
  func choose(
    from samples: [Sample], splits: [String: DataSplit], name: String
  ) throws(EvaluationError) -> [Sample] {
    guard (0...1).contains(developmentShare) else {
      throw EvaluationError(
        .invalidConfiguration, "\(name): the development share must be in 0...1")
    }
    try check(attacks, "attack", against: samples.compactMap(\.attack), name)
    try check(categories, "category", against: samples.compactMap(\.category), name)
    let fitting = samples.filter { sample in
      if let role, sample.role != role { return false }
      if !attacks.isEmpty, !attacks.contains(where: { $0 == sample.attack }) { return false }
      if !categories.isEmpty, !categories.contains(where: { $0 == sample.category }) {
        return false
      }
      guard let split else { return true }
      let side =
        splits[sample.id]
        ?? .side(of: sample.cluster, developmentShare: developmentShare)
      return side == split
    }
    let chosen = try limited(fitting, name)
    guard !chosen.isEmpty else {
      throw EvaluationError(
        .invalidConfiguration, "\(name): none of \(samples.count) prompts fits the selection")
    }
    return chosen
  }

  private func limited(_ samples: [Sample], _ name: String) throws(EvaluationError) -> [Sample] {
    let (count, isSpread) =
      switch limit {
      case nil: (samples.count, false)
      case .first(let count): (count, false)
      case .spread(let count): (count, true)
      }
    guard count > 0 || limit == nil else {
      throw EvaluationError(.invalidConfiguration, "\(name): the limit must be at least 1")
    }
    guard isSpread, count < samples.count else { return Array(samples.prefix(count)) }
    return (0..<count).map { samples[$0 * samples.count / count] }
  }

  /// A name that nothing has would select nothing in silence.
  private func check(
    _ names: [String], _ kind: String, against known: [String], _ dataset: String
  ) throws(EvaluationError) {
    for name in names where !known.contains(name) {
      let list = Set(known).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let has = list.isEmpty ? "the data has none" : "there are: \(list.joined(separator: ", "))"
      throw EvaluationError(
        .invalidConfiguration, "\(dataset): no prompt has the \(kind) '\(name)'; \(has)")
    }
  }
}

extension Dataset {
  /// Some of the prompts; ``rows`` and ``nulls`` stay, because they say what the data has.
  ///
  /// A split is made by cluster here, with the share of the selection: a dataset no longer knows the
  /// data's own split, so choose that where the data is read.
  ///
  /// - Parameter selection: Which.
  /// - Returns: The dataset with these prompts only, in the same order; at least one.
  /// - Throws: ``EvaluationError`` for a share or a limit out of range, for an attack or a category
  ///   that no prompt has, and when no prompt is left.
  /// - Complexity: O(samples).
  package func selecting(_ selection: DatasetSelection) throws(EvaluationError) -> Dataset {
    try selecting(selection, splits: [:])
  }

  /// Some of the prompts, by the data's own split.
  func selecting(
    _ selection: DatasetSelection, splits: [String: DataSplit]
  ) throws(EvaluationError) -> Dataset {
    var result = self
    result.samples = try selection.choose(from: samples, splits: splits, name: name)
    return result
  }
}
