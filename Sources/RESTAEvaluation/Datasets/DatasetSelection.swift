import RESTADocuments

/// Which prompts of a dataset are asked; all conditions hold together.
package struct DatasetSelection: Sendable, Hashable {
  /// The role; `nil` for all.
  ///
  /// XSTest's safe prompts are `benign`, its unsafe ones `direct`.
  package var role: Sample.Role?
  /// The categories; empty for all, and for prompts without one.
  package var categories: [String]
  /// One side of the split; `nil` for both.
  ///
  /// The data's own split counts where it has one (see
  /// `Dataset.load`), then that of our own sets for their goals, wherever these stand: in an artifact,
  /// say; else it is made by a hash, of which equal prompts and all attacks on a goal have one.
  package var split: DataSplit?
  /// The share of clusters on the development side, 0...1, where the data has no split of its own.
  package var developmentShare: Double
  /// At most so many of those that fit, evenly spread: of n prompts those at ⌊i n / limit⌋; `nil` for all.
  package var limit: Int?

  package init(
    role: Sample.Role? = nil, categories: [String] = [], split: DataSplit? = nil,
    developmentShare: Double = 0.3, limit: Int? = nil
  ) {
    self.role = role
    self.categories = categories
    self.split = split
    self.developmentShare = developmentShare
    self.limit = limit
  }
}

extension DatasetSelection {
  func choose(
    from samples: [Sample], splits: [String: DataSplit], name: String
  ) throws(EvaluationError) -> [Sample] {
    guard (0...1).contains(developmentShare) else {
      throw EvaluationError.invalidConfiguration("\(name): the development share must be in 0...1")
    }
    try checkCategories(of: samples, name)
    if split != nil { try checkSides(of: samples, splits, name) }
    let ownSides = split == nil ? [:] : try Dataset.sidesOfOwnGoals()
    for sample in samples {
      guard let own = ownSides[sample.goal ?? sample.prompt], let side = splits[sample.id],
        side != own
      else { continue }
      throw EvaluationError.invalidConfiguration(
        "\(name): the prompt '\(sample.id)' is one of ours or an attack on it, and on the \(own.rawValue) side; "
          + "the data says \(side.rawValue)")
    }
    // Nothing is reported on that settings were chosen on, under another id or by another attack on its goal.
    let behaviors = split == nil ? [:] : Sample.behaviors(samples)
    func named(_ sample: Sample) -> String {
      sample.behavior ?? sample.goal.flatMap { behaviors[$0] } ?? sample.cluster
    }
    let clusters = split == nil ? [:] : Sample.clusters(samples.map { ($0, named($0)) })
    let fitting = samples.filter { sample in
      if let role, sample.role != role { return false }
      if !categories.isEmpty, !categories.contains(where: { $0 == sample.category }) {
        return false
      }
      guard let split else { return true }
      let cluster = sample.behavior ?? clusters[Array(sample.prompt.utf8)] ?? named(sample)
      let side =
        splits[sample.id] ?? ownSides[sample.goal ?? sample.prompt]
        ?? .side(of: cluster, developmentShare: developmentShare)
      return side == split
    }
    let chosen = try limited(fitting, name)
    guard !chosen.isEmpty else {
      throw EvaluationError.invalidConfiguration(
        "\(name): none of \(samples.count) prompts fits the selection"
          + (split.map { " (the \($0.rawValue) side of the split)" } ?? ""))
    }
    return chosen
  }

  private func limited(_ samples: [Sample], _ name: String) throws(EvaluationError) -> [Sample] {
    guard let count = limit, count < samples.count else { return samples }
    guard count > 0 else {
      throw EvaluationError.invalidConfiguration("\(name): the limit must be at least 1")
    }
    return samples.evenly(atMost: count)
  }

  /// A prompt on both sides of the data's own split would be reported on, and settings chosen on it.
  private func checkSides(
    of samples: [Sample], _ splits: [String: DataSplit], _ dataset: String
  ) throws(EvaluationError) {
    let twins = Sample.clusters(samples.map { ($0, $0.id) })
    for sample in samples {
      let twin = twins[Array(sample.prompt.utf8)] ?? sample.id
      guard splits[twin] != splits[sample.id] else { continue }
      throw EvaluationError.invalidConfiguration(
        "\(dataset): the prompts '\(twin)' and '\(sample.id)' are equal, and on different sides of the "
          + "data's own split: put them on one")
    }
  }

  /// A name that nothing has would select nothing in silence.
  private func checkCategories(of samples: [Sample], _ dataset: String) throws(EvaluationError) {
    let known = Set(samples.compactMap(\.category))
    for name in categories where !known.contains(name) {
      let list = known.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let has = list.isEmpty ? "the data has none" : "there are: \(list.joined(separator: ", "))"
      throw EvaluationError.invalidConfiguration(
        "\(dataset): no prompt has the category '\(name)'; \(has)")
    }
  }
}

extension Dataset {
  /// Some of the prompts; ``rows`` and ``nulls`` stay, because they say what the data has.
  ///
  /// A dataset no longer knows the data's own split, by which a side is chosen where the data is read;
  /// without it a split is made by cluster, with the share of the selection.
  package func selecting(
    _ selection: DatasetSelection, splits: [String: DataSplit] = [:]
  ) throws(EvaluationError) -> Dataset {
    var result = self
    result.samples = try selection.choose(from: samples, splits: splits, name: name)
    return result
  }
}

/// The sides of a split: settings are chosen on one, and reported on the other.
package enum DataSplit: String, Sendable, Hashable, Codable, CaseIterable {
  /// For choosing settings.
  case development
  /// For reporting.
  case test

  /// The side of a cluster where the data has no split of its own.
  ///
  /// With u the first 8 bytes of SHA-256(`resta-split-1:` and the cluster's name), big-endian, it is
  /// development if u / 2^64 is below the share. So all prompts of a behavior fall on one side, in
  /// every dataset, and a larger share only moves clusters to development.
  static func side(of cluster: String, developmentShare share: Double) -> DataSplit {
    let digits = Digest.sha256(of: "resta-split-1:" + cluster).prefix(16)
    // 53 bits make the fraction exact.
    let fraction = Double((UInt64(digits, radix: 16) ?? 0) >> 11) * 0x1p-53
    return fraction < share ? .development : .test
  }
}
