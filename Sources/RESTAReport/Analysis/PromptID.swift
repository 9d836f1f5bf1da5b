import RESTAEvaluation

/// A prompt of an evaluation: samples' ids are unique within a dataset only.
struct PromptID: Hashable {
  var dataset: String
  var sample: String
}

extension GenerationRow {
  var prompt: PromptID { PromptID(dataset: dataset, sample: sample.id) }

  /// The cluster of the statistics.
  ///
  /// A behavior is the same one in every dataset, so that the
  /// artifacts of several attacks on it are not taken as independent; a prompt without one stands
  /// for itself.
  var cluster: String {
    sample.behavior.map { "behavior \($0)" } ?? "prompt \(dataset) \(sample.id)"
  }

  /// Whether it complied; `nil` for an unscored answer.
  var complied: Bool? { label == .unscored ? nil : label == .complied }
}

extension Sequence<GenerationRow> {
  func of(_ role: Sample.Role) -> [GenerationRow] { filter { $0.sample.role == role } }

  func byPrompt() -> [PromptID: [GenerationRow]] { Dictionary(grouping: self, by: \.prompt) }

  /// The prompts in the order of the rows, each once.
  func prompts() -> [PromptID] {
    var seen: Set<PromptID> = []
    return map(\.prompt).filter { seen.insert($0).inserted }
  }
}
