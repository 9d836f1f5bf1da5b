/// What was read from a file, before anything is selected.
struct DatasetEntries {
  /// The prompts, in the data's order.
  private(set) var samples: [Sample] = []
  /// The data's own split, by sample id; empty where it has none.
  private(set) var splits: [String: DataSplit] = [:]
  /// Entries, prompts or not.
  private(set) var rows = 0
  /// Entries without a prompt.
  private(set) var nulls = 0
  /// Entries that the data calls jailbroken; `nil` where the format has no such thing.
  private(set) var jailbroken: Int?
  /// The attack of the whole file.
  var attack: String?

  private var places: [String: String] = [:]

  /// Adds a prompt.
  ///
  /// - Parameters:
  ///   - sample: The prompt.
  ///   - place: Where it is from, for errors.
  ///   - split: The data's own split. Default: none.
  /// - Throws: ``EvaluationError`` when it is blank, or when its id occurred before.
  mutating func add(
    _ sample: Sample, from place: String, split: DataSplit? = nil
  ) throws(EvaluationError) {
    try count(sample.id, at: place)
    guard !sample.isBlank else {
      throw EvaluationError(.invalidData, "\(place): the prompt is empty")
    }
    if (split == nil) != splits.isEmpty, !samples.isEmpty {
      throw EvaluationError(
        .invalidData, "\(place): some rows have a field 'split' and some have none")
    }
    splits[sample.id] = split
    samples.append(sample)
  }

  /// Counts an entry without a prompt.
  ///
  /// - Parameters:
  ///   - id: Its id.
  ///   - place: Where it is from, for errors.
  /// - Throws: ``EvaluationError`` when the id occurred before.
  mutating func addNull(_ id: String, from place: String) throws(EvaluationError) {
    try count(id, at: place)
    nulls += 1
  }

  /// Counts the data's own judgement of an entry.
  mutating func addJudgement(_ jailbroken: Bool?) {
    self.jailbroken = (self.jailbroken ?? 0) + (jailbroken == true ? 1 : 0)
  }

  private mutating func count(_ id: String, at place: String) throws(EvaluationError) {
    if let earlier = places.updateValue(place, forKey: id) {
      throw EvaluationError(
        .invalidData, "\(place): the id '\(id)' occurs twice; the first is at \(earlier)")
    }
    rows += 1
  }
}

extension Sample {
  /// Whether there is nothing in the prompt but white space.
  var isBlank: Bool { prompt.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
}
