package import RESTA
import RESTADocuments
package import RESTAEvaluation

/// What a calibration measures: an evaluation with a plan of its own, on the development side of the split.
package struct CalibrationPlan: Sendable, Hashable {
  package var grid: CalibrationGrid
  /// Copies that vote, k.
  package var samples: Int
  /// Tokens that are voted on, l.
  package var prefix: PrefixLength
  /// The most tokens of an answer.
  package var maximumTokens: Int
  package var seed: UInt64
  /// A file of attacks in the place of the built-in ones, as an absolute path.
  package var attacks: String?

  package init(
    grid: CalibrationGrid, samples: Int, prefix: PrefixLength, maximumTokens: Int, seed: UInt64,
    attacks: String? = nil
  ) {
    self.grid = grid
    self.samples = samples
    self.prefix = prefix
    self.maximumTokens = maximumTokens
    self.seed = seed
    self.attacks = attacks
  }

  /// The undefended model's name.
  package static let baseline = "none"

  /// The evaluation: `resta eval run` would do all of it, where a calibration does what it needs.
  package func configuration(name: String) throws(EvaluationError) -> EvaluationConfiguration {
    let source =
      attacks.map { "file: \(YAMLText.line(.text($0))), name: adversarial, role: adversarial" }
      ?? "built_in: adversarial"
    let strengths = grid.candidates.map {
      "  - {type: resta, name: \($0.name), noise: \($0.noise.rawValue), "
        + "sigma: \(SettingValue.text(of: $0.sigma)), sigma_unit: relative, samples: \(samples), "
        + "prefix: \(prefix)}"
    }
    var configuration = try EvaluationConfiguration(
      parsing: """
        name: \(YAMLText.line(.text(name)))
        about: A calibration; what is reported has to be measured on the other side of the split.
        max_tokens: \(maximumTokens)
        seeds: [\(seed)]
        datasets:
          - {built_in: benign, split: development}
          - {built_in: direct, split: development}
          - {\(source), split: development}
        defenses:
          - none
        \(strengths.joined(separator: "\n"))
        judges: [refusal-phrases, coherence]

        """, file: "the calibration's plan")
    // What says itself that it is no attack would be counted as one.
    configuration.datasets[2].demandsRole = attacks != nil
    return configuration
  }
}

/// A calibration at work: asks what its search wants next, until nothing is left or time has run out.
package struct CalibrationRun: Sendable {
  package let session: EvaluationSession
  package let store: EvaluationStore
  package let search: CalibrationSearch
  package let prefix: PrefixLength

  package init(
    session: EvaluationSession, store: EvaluationStore, search: CalibrationSearch,
    prefix: PrefixLength
  ) {
    self.session = session
    self.store = store
    self.search = search
    self.prefix = prefix
  }

  /// What was measured, and whether anything is left.
  package struct Result: Sendable {
    /// By defence; those that were not begun are left out.
    package var points: [String: CalibrationPoint]
    package var choice: CalibrationGrid.Candidate?
    /// What would have come next; `nil` when all is done.
    package var unreached: CalibrationSearch.Step?
  }

  /// Goes on from what is in the store, telling each step before it is done and progress after each answer, until
  /// time has run out, which is asked in front of each answer.
  ///
  /// - Returns: What was measured, what may be chosen, and the step that was not reached.
  /// - Throws: `EvaluationError`, the engine's error or `CancellationError`; what is done is kept.
  package func run(
    isSpent: @escaping @Sendable () -> Bool,
    begun: (CalibrationSearch.Step) -> Void = { _ in },
    progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> Result {
    // A store of something else is refused before anything in it is taken for a measurement.
    if let old = try await store.record() {
      try await store.begin(session.plan.part { _ in false }, record: session.record)
      let judges = try await session.judgeIDs()
      guard old.judges.isEmpty || old.judges == judges else {
        throw EvaluationError.invalidStore(
          "The calibration in '\(store.path)' was judged by \(old.judges.joined(separator: ", ")), and "
            + "this version has \(judges.joined(separator: ", ")). Name another folder with --output, or "
            + "remove it.")
      }
    }
    while true {
      let points = try await points()
      let step = search.next(points)
      guard let step, !isSpent() else {
        return Result(points: points, choice: search.choice(points), unreached: step)
      }
      begun(step)
      let part = session.plan.part {
        $0.defense == step.defense && $0.sample.role == step.role
      }
      _ = try await session.run(part, into: store, isSpent: isSpent, progress: progress)
    }
  }

  /// What the store holds.
  package func points() async throws -> [String: CalibrationPoint] {
    let judges = try await store.record()?.judges ?? []
    let rows = try await store.rows(judges: judges)
    var planned: [Sample.Role: Int] = [:]
    for sample in session.plan.datasets.flatMap(\.samples) { planned[sample.role, default: 0] += 1 }
    var points: [String: CalibrationPoint] = [:]
    for name in [CalibrationPlan.baseline] + search.grid.candidates.map(\.name)
    where rows.contains(where: { $0.defense == name }) {
      points[name] = CalibrationPoint(
        name, in: rows, judges: judges.count, prefix: prefix, planned: planned)
    }
    return points
  }
}
