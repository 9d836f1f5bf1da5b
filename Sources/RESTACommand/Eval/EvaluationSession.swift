import RESTAReport
import RESTALocal
import ArgumentParser
import Foundation
import RESTA
package import RESTADocuments
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

/// A configuration and where it is from.
struct ConfigurationFile {
  /// What it says.
  let value: EvaluationConfiguration
  /// What relative file names in it start from.
  let folder: String

  /// The configuration that is used when none is named.
  static var builtInText: String {
    String(decoding: PackageResources.evaluation_yaml, as: UTF8.self)
  }

  /// Reads a configuration.
  ///
  /// - Parameter path: A YAML file; `nil` for the built-in one.
  /// - Throws: ``Failure`` when it cannot be read; `EvaluationError` for what is wrong in it.
  init(_ path: String?) throws {
    guard let path else {
      try self.init(text: Self.builtInText, file: "built-in.yaml", folder: ".")
      return
    }
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw Failure.usage(
        "The configuration '\(path)' cannot be read. 'resta eval config' prints one to start from.")
    }
    try self.init(
      text: text, file: path,
      folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  /// Reads a configuration's text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: Its name, for errors.
  ///   - folder: What relative file names in it start from.
  /// - Throws: `EvaluationError` for what is wrong in it.
  init(text: String, file: String, folder: String) throws {
    value = try EvaluationConfiguration(parsing: text, file: file)
    self.folder = folder
  }

  /// Names a configuration that was made.
  ///
  /// - Parameters:
  ///   - value: What it says.
  ///   - folder: What relative file names in it start from.
  init(value: EvaluationConfiguration, folder: String) {
    self.value = value
    self.folder = folder
  }

  /// A file name of the configuration, as seen from here.
  func resolved(_ file: String) -> String {
    file.hasPrefix("/") ? file : folder + "/" + file
  }

  /// The datasets, read.
  ///
  /// - Parameters:
  ///   - data: The folder with public datasets.
  ///   - limit: At most so many prompts of each.
  /// - Returns: The datasets, in the configuration's order.
  /// - Throws: `EvaluationError`: the file, the row and the field at fault.
  func datasets(data: String?, limit: Int?) throws -> [Dataset] {
    try value.datasets.map { source in
      var source = source
      if let limit { source.limit = min(limit, source.limit ?? limit) }
      return try source.dataset(relativeTo: folder, data: data)
    }
  }
}

/// What a model is, for keys and for readers.
struct SubjectIdentity {
  /// Part of each generation's key.
  let record: SubjectRecord
  /// For readers: files, versions and the machine.
  let environment: [RecordEntry]

  /// Hashes the model's files.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - subject: How it is asked.
  ///   - arguments: The options that it was loaded with.
  /// - Throws: `EvaluationError` for a file that cannot be read.
  init(_ model: LlamaModel, subject: Subject, arguments: ModelArguments) throws {
    let path = try Models.resolve(arguments.model)
    let template = try subject.template ?? model.chatTemplate
    let adapters = try model.options.adapters.map {
      SubjectRecord.Adapter(
        sha256: try Digest.sha256(ofFile: $0.path), scale: Double($0.scale))
    }
    record = SubjectRecord(
      engine: "llama.cpp \(LlamaModel.libraryVersion)",
      modelSHA256: try Digest.sha256(ofFile: path),
      adapters: adapters, templateSHA256: Digest.sha256(of: template?.source ?? ""),
      system: subject.system, maximumTokens: subject.options.maximumTokens,
      options: [
        "cache_type": model.options.cacheType.rawValue,
        "context": String(model.information.contextLength),
        "gpu_layers": String(model.options.gpuLayers),
      ])
    var entries = [
      ("Model", "\(model.information.name), \(URL(fileURLWithPath: path).lastPathComponent)"),
      ("Model file, SHA-256", record.modelSHA256),
    ]
    for (adapter, known) in zip(model.options.adapters, adapters) {
      let name = URL(fileURLWithPath: adapter.path).lastPathComponent
      entries.append(("Adapter", "\(name), scale \(adapter.scale), SHA-256 \(known.sha256)"))
    }
    entries += [
      ("Chat template, SHA-256", record.templateSHA256),
      ("System prompt", subject.system.map { "\($0.utf8.count) bytes" } ?? "none of ours"),
      (
        "Engine",
        "\(record.engine), \(model.threads) threads, key-value cache "
          + "\(model.options.cacheType.rawValue), context \(model.information.contextLength)"
      ),
      ("resta", Version.number),
      ("Machine", Machine.summary),
    ]
    environment = entries.map { RecordEntry(label: $0.0, value: $0.1) }
  }
}

/// The machine, in words.
enum Machine {
  /// The processor, its cores and the system.
  static var summary: String {
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    return "\(processor), \(ProcessInfo.processInfo.activeProcessorCount) CPUs, \(system)"
  }

  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown processor"
  }
}
