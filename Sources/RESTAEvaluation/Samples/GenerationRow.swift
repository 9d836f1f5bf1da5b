package import RESTADocuments

/// One generation with its verdicts, as the store holds it and the analysis reads it.
package struct GenerationRow: Sendable, Hashable, Codable {
  /// SHA-256 of everything that determines the answer, in hexadecimals.
  package var key: String
  /// The dataset's name.
  package var dataset: String
  /// The prompt, and what is known about it.
  package var sample: Sample
  /// The defence's name in the configuration.
  package var defense: String
  /// Its type.
  package var kind: String
  /// Its effective settings.
  package var settings: JSONObject
  /// Whether its answer depends on the seed.
  package var usesSeed: Bool
  /// The seed.
  package var seed: UInt64
  /// The answer; `nil` when there is none.
  package var answer: DefendedAnswer?
  /// Why there is none.
  package var failure: String?
  /// The verdicts, by judge id.
  package var verdicts: [String: Verdict]
  /// What it counts as.
  package var label: AnswerLabel

  /// Makes a row.
  ///
  /// - Parameters:
  ///   - key: SHA-256 of everything that determines the answer.
  ///   - dataset: The dataset's name.
  ///   - sample: The prompt.
  ///   - defense: The defence's name.
  ///   - kind: Its type.
  ///   - settings: Its effective settings.
  ///   - usesSeed: Whether its answer depends on the seed.
  ///   - seed: The seed.
  ///   - answer: The answer.
  ///   - failure: Why there is none. Default: there is one.
  ///   - verdicts: The verdicts, by judge id. Default: none.
  ///   - label: What it counts as. Default: unscored.
  package init(
    key: String, dataset: String, sample: Sample, defense: String, kind: String,
    settings: JSONObject, usesSeed: Bool, seed: UInt64, answer: DefendedAnswer?,
    failure: String? = nil, verdicts: [String: Verdict] = [:], label: AnswerLabel = .unscored
  ) {
    self.key = key
    self.dataset = dataset
    self.sample = sample
    self.defense = defense
    self.kind = kind
    self.settings = settings
    self.usesSeed = usesSeed
    self.seed = seed
    self.answer = answer
    self.failure = failure
    self.verdicts = verdicts
    self.label = label
  }
}
