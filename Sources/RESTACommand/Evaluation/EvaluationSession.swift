import ArgumentParser
import Foundation
import RESTA
import RESTAEvaluation
import RESTALlama

/// An evaluation with its model loaded and its plan made.
struct EvaluationSession {
  let configuration: ConfigurationFile
  let arguments: EvaluationArguments
  let model: LlamaModel
  let subject: Subject
  let plan: EvaluationPlan
  let record: StoreRecord

  /// Reads the data, loads the model and expands the plan.
  ///
  /// - Parameters:
  ///   - configuration: What to do.
  ///   - arguments: The command line.
  /// - Throws: What reading data and loading a model throw.
  init(_ configuration: ConfigurationFile, _ arguments: EvaluationArguments) async throws {
    let value = configuration.value
    try await self.init(
      // Before the model: wrong data should not cost the time of loading one.
      datasets: try configuration.datasets(data: arguments.dataFolder, limit: arguments.limit),
      entries: { subject in
        var entries: [EvaluationPlan.Entry] = []
        for named in value.defenses {
          entries.append(
            EvaluationPlan.Entry(
              name: named.name, defense: try await named.source.defense(for: subject)))
        }
        return entries
      }, name: value.name, text: value.text, baseline: value.baseline, configuration, arguments)
  }

  /// Loads the model and expands a plan.
  ///
  /// - Parameters:
  ///   - datasets: What is asked.
  ///   - entries: Makes the defences for the model.
  ///   - name: The evaluation's name.
  ///   - text: What tells this evaluation from others.
  ///   - baseline: The defence that others are compared with.
  ///   - configuration: The judges, and how the model is asked.
  ///   - arguments: The command line.
  /// - Throws: What loading a model throws, and what `entries` throws.
  init(
    datasets: [Dataset], entries: (Subject) async throws -> [EvaluationPlan.Entry], name: String,
    text: String, baseline: String, _ configuration: ConfigurationFile,
    _ arguments: EvaluationArguments
  ) async throws {
    self.configuration = configuration
    self.arguments = arguments
    let value = configuration.value
    let modelArguments = try arguments.modelArguments(for: configuration)
    model = try await Self.load(modelArguments, parallel: arguments.parallel)
    subject = Subject(
      model: model, template: try modelArguments.template(for: model.information),
      system: value.system,
      options: GenerationOptions(maximumTokens: value.maximumTokens))
    let identity = try SubjectIdentity(model, subject: subject, arguments: modelArguments)
    plan = try EvaluationPlan(
      datasets: datasets, defenses: try await entries(subject), seeds: value.seeds,
      subject: identity.record, shard: try arguments.part())
    record = StoreRecord(
      name: name, about: value.about, configuration: text, subject: identity.record,
      baseline: baseline, judges: [], total: plan.total, environment: identity.environment)
  }

  /// Where results and report go.
  static func output(of configuration: EvaluationConfiguration, given: String?) -> URL {
    URL(fileURLWithPath: given ?? "evaluations/\(configuration.name)")
  }

  /// The store's file in the output folder; parts of a plan have files of their own.
  static func storePath(in output: URL, shard: EvaluationPlan.Shard) -> String {
    let name =
      shard == .all ? "results.sqlite" : "results-\(shard.index)-of-\(shard.count).sqlite"
    return output.appendingPathComponent(name).path
  }

  /// Generates and judges what the store lacks.
  ///
  /// - Parameter store: The store.
  /// - Returns: What was done.
  /// - Throws: What running throws; answers that are done are kept.
  func run(into store: EvaluationStore) async throws -> RunProgress {
    let assembly = assembly(cache: StoreJudgeCache(store))
    let judges = try await assembly.judges(configuration.value.judges)
    let pairwise = try await assembly.pairwiseJudges(configuration.value.judges)
    var record = record
    record.judges = judges.map(\.id)
    try await store.begin(plan, record: record)
    let session = try await store.startSession(
      host: Machine.summary, time: Date().timeIntervalSince1970)
    do {
      let runner = EvaluationRunner(
        plan: plan, store: store, subject: subject, judges: judges, parallel: arguments.parallel,
        retriesUnscored: arguments.retryUnscored)
      let display = ProgressDisplay()
      let done = try await runner.run { display.show($0) }
      try await PreferenceRunner(store: store, baseline: record.baseline, judges: pairwise)
        .run { display.showComparisons($0, of: $1) }
      display.clear()
      try await store.endSession(
        session, outcome: "finished", time: Date().timeIntervalSince1970)
      return done
    } catch {
      let outcome = error is CancellationError ? "interrupted" : "failed"
      try? await store.endSession(session, outcome: outcome, time: Date().timeIntervalSince1970)
      throw error
    }
  }

  /// Makes judges.
  ///
  /// - Parameter cache: Remembers what chat models replied.
  /// - Returns: What makes them.
  func assembly(cache: any JudgeCache) -> JudgeAssembly {
    JudgeAssembly(
      subject: subject, folder: configuration.folder, cache: cache,
      // Pauses before another try: no result depends on them.
      generator: SystemRandomNumberGenerator()
    ) { path, template in
      try await Self.judge(path, template: template)
    }
  }

  private static func load(
    _ arguments: ModelArguments, parallel: Int
  ) async throws -> LlamaModel {
    // What passes cost decides how the fast decoder works, and so how many tokens it processes; a
    // fixed assumption makes that the same for each run, part and machine.
    try await arguments.load(
      parallelCells: parallel > 1 ? parallel * 2_048 : 0,
      parallelSequences: parallel > 1 ? min(parallel * 12, 256) : 0, passCosts: .typical)
  }

  private static func judge(_ path: String, template: String?) async throws -> Subject {
    var arguments = try ModelArguments.parse([])
    arguments.model = path
    arguments.chatTemplate = template
    let model = try await arguments.load()
    return Subject(
      model: model, template: try arguments.template(for: model.information),
      options: GenerationOptions())
  }
}
