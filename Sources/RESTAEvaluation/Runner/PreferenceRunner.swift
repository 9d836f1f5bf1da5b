/// Compares defended answers to benign prompts with the undefended ones.
package struct PreferenceRunner: Sendable {
  private let store: EvaluationStore
  private let baseline: String
  private let judges: [PairwiseJudge]

  /// Prepares comparisons.
  ///
  /// - Parameters:
  ///   - store: The answers.
  ///   - baseline: The undefended defence's name.
  ///   - judges: Who compares.
  package init(store: EvaluationStore, baseline: String, judges: [PairwiseJudge]) {
    self.store = store
    self.baseline = baseline
    self.judges = judges
  }

  /// Makes the comparisons that are missing, one after the other.
  ///
  /// - Parameter progress: Told how many are done, of how many.
  /// - Throws: `CancellationError`; ``EvaluationError`` when the store cannot be read or written.
  package func run(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws {
    guard !judges.isEmpty else { return }
    let rows = try await store.rows(judges: [])
    let known = Set(try await store.preferences().map(\.place))
    var baselines: [Place: String] = [:]
    for row in rows where row.defense == baseline {
      baselines[Place(row)] = row.answer?.text
    }
    var work: [(PairwiseJudge, GenerationRow, String, EvaluationStore.VerdictKey)] = []
    for row in rows where row.defense != baseline && row.sample.role == .benign {
      guard row.answer != nil, let other = baselines[Place(row)] else { continue }
      for judge in judges {
        let place = EvaluationStore.VerdictKey(
          key: row.key, dataset: row.dataset, sample: row.sample.id, judge: judge.id)
        if !known.contains(place) { work.append((judge, row, other, place)) }
      }
    }
    for (done, (judge, row, other, place)) in work.enumerated() {
      progress(done, work.count)
      let verdict = try await judge.compare(
        row.answer?.text ?? "", with: other, prompt: row.sample.prompt)
      try await store.save(verdict, at: place)
    }
    progress(work.count, work.count)
  }

  private struct Place: Hashable {
    let dataset: String
    let sample: String

    init(_ row: GenerationRow) {
      dataset = row.dataset
      sample = row.sample.id
    }
  }
}
