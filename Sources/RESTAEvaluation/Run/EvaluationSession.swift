package import Foundation
import RESTA
import RESTADocuments

/// How an evaluation is run: which part, and how much at a time.
public struct EvaluationOptions: Sendable {
  /// The folder with public datasets; `nil`: none.
  public var dataFolder: String?
  /// At most so many prompts of each dataset, at least 1; `nil`: all.
  public var limit: Int?
  /// How many answers are generated at a time, at least 1.
  public var parallel: Int
  /// Whether judges are asked again about what they could not tell.
  public var retriesUnscored: Bool
  package var shard = EvaluationPlan.Shard.all
  /// The defences that are asked, by their names; empty: all.
  package var only: [String] = []

  /// Chooses options.
  ///
  /// - Parameters:
  ///   - dataFolder: The folder with public datasets. Default: none.
  ///   - limit: At most so many prompts of each dataset, at least 1. Default: all.
  ///   - parallel: How many answers are generated at a time. Default: 1.
  ///   - retriesUnscored: Whether judges are asked again about what they could not tell. Default: no.
  public init(
    dataFolder: String? = nil, limit: Int? = nil, parallel: Int = 1, retriesUnscored: Bool = false
  ) {
    self.dataFolder = dataFolder
    self.limit = limit
    self.parallel = max(1, parallel)
    self.retriesUnscored = retriesUnscored
  }
}

/// How far a run is.
public enum EvaluationProgress: Sendable {
  /// Answers are generated and judged.
  case answers(RunProgress)
  /// Answers are compared with the undefended ones: so many, of how many.
  case comparisons(done: Int, total: Int)
}

/// An evaluation with its model loaded and its plan made.
///
/// ```swift
/// let configuration = try EvaluationConfiguration(contentsOf: "mine.yaml")
/// let session = try await EvaluationSession(configuration) {
///   EvaluatedModel(
///     try await LlamaModel.load("model.gguf"), file: "model.gguf",
///     engine: "llama.cpp \(LlamaModel.libraryVersion)")
/// }
/// let store = try EvaluationStore(path: "evaluations/mine/results.sqlite")
/// print(try await session.run(into: store).done, "answers are new")
/// try store.close()
/// ```
public struct EvaluationSession: Sendable {
  /// Loads a GGUF model that judges, by its path and its chat template's name.
  public typealias JudgeLoader = @Sendable (String, String?) async throws -> Subject

  package let subject: Subject
  package let plan: EvaluationPlan
  package private(set) var record: StoreRecord
  private let options: EvaluationOptions
  private let folder: String
  private let judges: Judges

  private enum Judges: Sendable {
    case named([JudgeSource])
    case made([any Judge])
  }

  /// Reads the data, loads the model and expands the plan.
  ///
  /// - Parameters:
  ///   - configuration: What to do.
  ///   - options: Which part, and how much at a time. Default: all of it, one answer after another.
  ///   - loadOther: Loads a placebo's file, by its path. Default: an error, where one is named.
  ///   - load: Loads the model, once the data has been read: wrong data should not cost that time.
  /// - Throws: ``EvaluationError`` for data, settings or files that cannot be used; what the loaders and
  ///   the model throw.
  public init(
    _ configuration: EvaluationConfiguration, options: EvaluationOptions = EvaluationOptions(),
    loadOther: (String) async throws -> EvaluatedModel = noOther,
    load: () async throws -> EvaluatedModel
  ) async throws {
    let datasets = try configuration.read(data: options.dataFolder, limit: options.limit)
    try await self.init(
      configuration, datasets: datasets, options: options,
      defenses: { subject in
        var entries: [EvaluationPlan.Entry] = []
        for named in configuration.defenses {
          entries.append(
            EvaluationPlan.Entry(
              name: named.name,
              defense: try await named.defense.prepared(for: subject) {
                try await loadOther(configuration.resolved($0))
              }))
        }
        return entries
      }, load: load)
  }

  /// Plans an evaluation of data, defences and judges that were made by a program.
  ///
  /// - Parameters:
  ///   - name: The evaluation's name.
  ///   - datasets: What is asked; each has a name of its own.
  ///   - defenses: How it is defended, each under its name in tables: one is ``Undefended``, and what
  ///     others are compared with.
  ///   - judges: Who judges, in order: the first that tells refused from complied decides.
  ///   - seeds: Each defence that uses a seed runs with each. Default: 1.
  ///   - model: The model.
  ///   - system: The system prompt. Default: what the template does without one.
  ///   - maximumTokens: The most tokens of an answer. Default: 150.
  ///   - options: How much at a time; folder and limit are not used.
  /// - Throws: ``EvaluationError`` for a setting out of range, two of one name, or a file that cannot be read.
  public init(
    name: String, datasets: [Dataset], defenses: [(name: String, defense: any Defense)],
    judges: [any Judge], seeds: [UInt64] = [1], model: EvaluatedModel, system: String? = nil,
    maximumTokens: Int = 150, options: EvaluationOptions = EvaluationOptions()
  ) throws {
    let entries = defenses.map { EvaluationPlan.Entry(name: $0.name, defense: $0.defense) }
    subject = try model.subject(system: system, maximumTokens: maximumTokens)
    let identity = try model.identity(of: subject)
    plan = try EvaluationPlan(
      datasets: datasets, defenses: entries, seeds: seeds, subject: identity.record,
      shard: options.shard)
    record = StoreRecord(
      name: name, configuration: "# \(name), made by a program", subject: identity.record,
      baseline: defenses.first { $0.defense is Undefended }?.name ?? "none", total: plan.total,
      environment: identity.environment)
    self.options = options
    folder = "."
    self.judges = .made(judges)
  }

  /// Loads the model and expands a plan, of other data and defences than the configuration's perhaps.
  package init(
    _ configuration: EvaluationConfiguration, datasets: [Dataset], options: EvaluationOptions,
    defenses: (Subject) async throws -> [EvaluationPlan.Entry],
    load: () async throws -> EvaluatedModel
  ) async throws {
    guard configuration.judges.contains(where: { $0.kind != .coherence }) else {
      throw EvaluationError.invalidConfiguration(
        "Coherence alone tells no refusal: every answer that is language would be unscored. Add "
          + "'refusal-phrases' to the judges, or another one.")
    }
    let model = try await load()
    subject = try model.subject(for: configuration)
    let identity = try model.identity(of: subject)
    let entries = try await defenses(subject)
    for entry in entries
    where entry.defense.settings["model_sha256"] == .string(identity.record.modelSHA256) {
      throw EvaluationError.invalidConfiguration(
        "The file of '\(entry.name)' is the model under test, byte for byte: that changes nothing.")
    }
    plan = try EvaluationPlan(
      datasets: datasets, defenses: entries, seeds: configuration.seeds,
      subject: identity.record, shard: options.shard, only: options.only)
    record = StoreRecord(
      name: configuration.name, about: configuration.about, configuration: configuration.text,
      subject: identity.record, baseline: configuration.baseline, total: plan.total,
      environment: identity.environment, endpoint: configuration.endpoint)
    if let limit = options.limit {
      record.environment.append(RecordEntry(label: "Limit", value: "\(limit) of each dataset"))
    }
    self.options = options
    folder = configuration.folder
    judges = .named(configuration.judges)
  }

  /// Whether answers are compared with the baseline's, which parts of a plan may not have.
  package var hasComparisons: Bool {
    guard case .named(let sources) = judges else { return false }
    return sources.contains { $0.kind == .pairwise }
  }

  // MARK: - Running

  /// Generates and judges what a store lacks.
  ///
  /// - Parameters:
  ///   - store: Where answers and verdicts go, each as soon as it is there.
  ///   - loadJudge: Loads models that judge. Default: an error, where the configuration names one.
  ///   - progress: Told after each answer and comparison. Default: nobody.
  /// - Returns: What was done.
  /// - Throws: ``EvaluationError``, the engine's error or `CancellationError`; what is done is kept.
  public func run(
    into store: EvaluationStore, loadJudge: @escaping JudgeLoader = noJudge,
    progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> RunProgress {
    try await run(plan, into: store, loadJudge: loadJudge, progress: progress)
  }

  /// Generates and judges what a store lacks of a part of this evaluation's plan, as
  /// ``run(into:loadJudge:progress:)`` does, until `isSpent`, which is asked in front of each answer.
  package func run(
    _ plan: EvaluationPlan, into store: EvaluationStore,
    loadJudge: @escaping JudgeLoader = noJudge, isSpent: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (EvaluationProgress) -> Void = { _ in }
  ) async throws -> RunProgress {
    let (judges, pairwise) = try await self.judges(
      cache: StoreJudgeCache(store, asksAgain: options.retriesUnscored), loadJudge: loadJudge)
    var record = record
    (record.judges, record.pairwiseJudges) = (judges.map(\.id), pairwise.map(\.id))
    try await store.begin(plan, record: record)
    let session = try await store.startSession(host: Machine.summary, time: Self.now)
    do {
      let done = try await EvaluationRunner(
        plan: plan, store: store, subject: subject, judges: judges, parallel: options.parallel,
        retriesUnscored: options.retriesUnscored, isSpent: isSpent
      ).run { progress(.answers($0)) }
      try await PreferenceRunner(
        store: store, baseline: record.baseline, judges: pairwise,
        retriesUnscored: options.retriesUnscored
      ).run { progress(.comparisons(done: $0, total: $1)) }
      try await store.endSession(session, outcome: "finished", time: Self.now)
      return done
    } catch {
      let outcome = error is CancellationError ? "interrupted" : "failed"
      try? await store.endSession(session, outcome: outcome, time: Self.now)
      throw error
    }
  }

  /// The judges of answers, by their names and versions; loads no model.
  package func judgeIDs() async throws -> [String] {
    try await judges(cache: MemoryJudgeCache(), loadJudge: Self.noJudge).judges.map(\.id)
  }

  private func judges(
    cache: any JudgeCache, loadJudge: @escaping JudgeLoader
  ) async throws -> (judges: [any Judge], pairwise: [PairwiseJudge]) {
    switch judges {
    case .made(let judges): return (judges, [])
    case .named(let sources):
      let assembly = JudgeAssembly(
        folder: folder, date: subject.template?.clock?(), cache: cache, subject: { subject },
        load: loadJudge)
      return (try await assembly.judges(sources), try await assembly.pairwiseJudges(sources))
    }
  }

  /// Loads no judge: what ``run(into:loadJudge:progress:)`` does unless told otherwise.
  ///
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`.
  public static let noJudge: JudgeLoader = { path, _ in
    throw EvaluationError.invalidConfiguration(
      "The judge '\(path)' is a model, and this program loads none.")
  }

  /// Loads no other file: what an evaluation does unless told otherwise.
  ///
  /// - Parameter path: The file.
  /// - Returns: Never.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`.
  public static func noOther(_ path: String) throws(EvaluationError) -> EvaluatedModel {
    throw EvaluationError.invalidConfiguration(
      "The placebo's file '\(path)' is a model, and this program loads none.")
  }

  private static var now: Double { Date().timeIntervalSince1970 }

  // MARK: - Where results go

  /// The folder of results and report.
  package static func output(of name: String, given: String?) -> URL {
    URL(fileURLWithPath: given ?? "evaluations/\(name)")
  }

  /// The store's file in that folder; parts of a plan have files of their own.
  package func storePath(in output: URL) -> String {
    let shard = plan.shard
    let name =
      shard == .all ? "results.sqlite" : "results-\(shard.index)-of-\(shard.count).sqlite"
    return output.appendingPathComponent(name).path
  }
}
