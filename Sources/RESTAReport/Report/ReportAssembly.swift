public import RESTAEvaluation

/// Makes a report of a store.
///
/// ```swift
/// let store = try EvaluationStore(path: "evaluations/built-in/results.sqlite", mustExist: true)
/// let report = try await ReportAssembly(store: store).report()
/// try report.write(to: URL(fileURLWithPath: "report"))
/// ```
public struct ReportAssembly: Sendable {
  private let store: EvaluationStore

  /// Prepares a report.
  ///
  /// - Parameter store: The results.
  public init(store: EvaluationStore) { self.store = store }

  /// Analyses everything that is there.
  ///
  /// - Parameters:
  ///   - command: The command that makes the report again, for the page to show. Default: none.
  ///   - showsHarmful: Whether prompts of attacks and answers to harmful requests are shown. Default:
  ///     `false`.
  /// - Returns: The report.
  /// - Throws: `EvaluationError` with `invalidStore` for a store that was never begun, or that cannot
  ///   be read.
  public func report(command: String = "", showsHarmful: Bool = false) async throws -> Report {
    guard let record = try await store.record() else {
      throw EvaluationError.invalidStore(
        "The store '\(store.path)' holds no evaluation: nothing was begun in it.")
    }
    let rows = try await store.rows(judges: record.judges)
    guard !rows.isEmpty else {
      throw EvaluationError.invalidStore(
        "The store '\(store.path)' holds no answer yet: there is nothing to report.")
    }
    let datasets = try await store.datasets()
    let defenses = try await store.defenses()
    var report = Report(title: record.name, command: command)
    report.record = try await entries(record)
    report.configuration = record.configuration
    report.datasets = datasets.map { DatasetSummary(of: $0) }
    let (datasetNames, defenseNames) = (datasets.map(\.name), defenses.map(\.name))
    report.instructionFollowing = InstructionTables.summaries(
      of: rows, datasets: datasetNames, defenses: defenseNames)
    report.preferences = PreferenceTables.summaries(
      of: try await store.preferences(), rows: rows, datasets: datasetNames,
      defenses: defenseNames)
    let options = AnalysisOptions(
      baseline: record.baseline, defenseOrder: defenseNames, datasetOrder: datasetNames,
      showsText: showsHarmful)
    report = Analysis.completing(report, from: rows, options: options)
    if let endpoint = record.endpoint {
      let planned = datasets.flatMap(\.samples).count {
        $0.role == endpoint.role && (endpoint.label == .complied || $0.answers != nil)
      }
      report.record.insert(Self.entry(endpoint, in: report, planned: planned), at: 0)
    }
    let counts = try await store.counts()
    if counts.done < counts.generations || counts.items < counts.planned {
      let there = Set(rows.flatMap { [$0.defense, $0.dataset] })
      let missing = (defenseNames + datasetNames).filter { !there.contains($0) }
      report.warnings.insert(
        "The run is not complete: \(rows.count) of \(counts.planned) planned answers are there."
          + (missing.isEmpty ? "" : " None at all of \(ReportWords.list(missing))."), at: 0)
    }
    return report
  }

  private func entries(_ record: StoreRecord) async throws -> [RecordEntry] {
    let about = record.about.map { [RecordEntry(label: "About", value: $0)] } ?? []
    return try await about + record.environment
      + [
        RecordEntry(label: "Longest answer", value: "\(record.subject.maximumTokens) tokens"),
        RecordEntry(label: "Digest of the results, SHA-256", value: store.digest()),
      ]
  }

  /// The comparison that was named beforehand, with its result where it is among the comparisons.
  private static func entry(
    _ endpoint: PrimaryEndpoint, in report: Report, planned: Int
  ) -> RecordEntry {
    let comparisons: [PrimaryEndpoint.Label: [PairedComparison]] = [
      .complied: report.comparisons, .correct: report.correctComparisons,
    ]
    let comparison = comparisons[endpoint.label]?.first {
      $0.role == endpoint.role && $0.defense == endpoint.defense && $0.baseline == endpoint.against
    }
    let result = comparison.map {
      "\(EstimateText.points($0.difference).line); permutation p \(NumberText.p($0.p))"
        + ($0.n < planned ? " (on \($0.n) of the plan's \(planned) prompts only)" : "")
    }
    return RecordEntry(
      label: "Primary endpoint, fixed beforehand",
      value: "\(endpoint.text): \(result ?? "not among this report's comparisons")")
  }
}

/// IFEval's results by dataset and defence.
enum InstructionTables {
  /// Verifies the answers to prompts with instructions; seeds are put together.
  ///
  /// An answer that is missing follows nothing. A prompt whose instructions cannot be verified is left out.
  static func summaries(
    of rows: [GenerationRow], datasets: [String], defenses: [String]
  ) -> [InstructionSummary] {
    datasets.flatMap { dataset in
      defenses.compactMap { defense in
        summary(
          of: rows.filter { $0.dataset == dataset && $0.defense == defense }, dataset, defense)
      }
    }
  }

  private static func summary(
    of rows: [GenerationRow], _ dataset: String, _ defense: String
  ) -> InstructionSummary? {
    var (prompts, instructions) = (Followed(), Followed())
    var byType: [String: Followed] = [:]
    for row in rows {
      guard let asked = row.sample.instructions, !asked.isEmpty,
        let verdict = try? InstructionVerifier.verify(row.answer?.text ?? "", instructions: asked)
      else { continue }
      prompts.add(verdict.isFollowedStrictly, verdict.isFollowedLoosely, to: row.cluster)
      for (index, id) in verdict.ids.enumerated() {
        let (strict, loose) = (verdict.strict[index], verdict.loose[index])
        instructions.add(strict, loose, to: row.cluster)
        byType[id, default: Followed()].add(strict, loose, to: row.cluster)
      }
    }
    guard prompts.strict.observations > 0 else { return nil }
    return InstructionSummary(
      dataset: dataset, defense: defense, promptStrict: Rate(prompts.strict),
      promptLoose: Rate(prompts.loose), instructionStrict: Rate(instructions.strict),
      instructionLoose: Rate(instructions.loose), byType: byType.mapValues { Rate($0.strict) })
  }

  /// What was followed; instructions of one prompt, and its seeds, are a cluster.
  private struct Followed {
    var strict = ClusterSums()
    var loose = ClusterSums()

    mutating func add(_ strict: Bool, _ loose: Bool, to cluster: String) {
      self.strict.add(strict ? 1 : 0, to: cluster)
      self.loose.add(loose ? 1 : 0, to: cluster)
    }
  }
}
