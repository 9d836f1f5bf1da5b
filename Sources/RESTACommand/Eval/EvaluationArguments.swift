import ArgumentParser
import Foundation
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTALlama
import RESTALocal

/// The model under test, and how it is asked: what every command has that may ask it.
struct SubjectArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      How many answers are generated or judged at a time, 1 to 64. More is faster where answers are \
      not defended, but sequences then share the cache, and a near-tie may fall another way.
      """, valueName: "n"))
  var parallel = 1

  @Flag(help: "Go on without rows of files that cannot be read; they are counted and listed.")
  var skipBadRows = false

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @OptionGroup(title: "Model") var model: ModelArguments

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    try Failure.check("--parallel", parallel, atMost: 64)
    guard !noLora || model.lora.isEmpty else {
      throw Failure.usage("Give --lora or --no-lora, not both.")
    }
    try model.check()
  }

  // MARK: - Configurations

  /// The configuration that is used when none is named.
  static var builtInText: String {
    String(decoding: PackageResources.evaluation_yaml, as: UTF8.self)
  }

  /// The configuration of a file; of `nil`, the built-in one.
  func configuration(_ path: String?) throws -> EvaluationConfiguration {
    var configuration =
      try path.map(EvaluationConfiguration.init(contentsOf:))
      ?? EvaluationConfiguration(parsing: Self.builtInText, file: "built-in.yaml")
    if skipBadRows { configuration.skipsBadRows = true }
    configuration.templateDate = try model.date ?? configuration.templateDate
    configuration.templateVariables.merge(try model.variables) { $1 }
    return configuration
  }

  /// The model's options for a configuration: the command line's, else the file's, else the default
  /// model with the adapter that belongs to it.
  private func modelArguments(
    for configuration: EvaluationConfiguration
  ) throws -> ModelArguments {
    var arguments = model
    let named = configuration.model
    if arguments.model == nil, let file = named.file {
      arguments.model = configuration.resolved(file)
      let adapters = noLora ? [] : named.adapters.map(configuration.resolved)
      if arguments.lora.isEmpty { arguments.lora = adapters }
    }
    if arguments.chatTemplate == nil, let template = named.chatTemplate {
      // That of the file's model would be wrong for another one; it may be the same elsewhere.
      if model.model == nil || named.file == nil {
        arguments.chatTemplate = EvaluationConfiguration.template(
          template, in: configuration.folder)
      } else {
        Terminal.error("Left out beside --model: the configuration's chat_template, '\(template)'.")
      }
    }
    return try arguments.adapted(noLora: noLora)
  }

  // MARK: - Models

  /// Loads the model under test, or another file as it is loaded.
  func load(
    _ file: String? = nil, for configuration: EvaluationConfiguration
  ) async throws -> EvaluatedModel {
    var arguments = try modelArguments(for: configuration)
    if let file { arguments.model = file }
    // A file that the configuration names: one of the examples' may not have been fetched.
    if file != nil || model.model == nil, let path = arguments.model,
      !FileManager.default.fileExists(atPath: path)
    {
      throw EvaluationError(
        .fileFailed,
        "There is no file '\(path)', which \(configuration.name) names. scripts/fetch-models.sh fetches "
          + "the models of the examples"
          + (file == nil ? "; --model takes another in its place." : "."))
    }
    return try await arguments.evaluated(parallel: parallel)
  }

  /// Loads a model that judges.
  static let loadJudge: EvaluationSession.JudgeLoader = { path, template in
    var arguments = try ModelArguments.parse([])
    arguments.model = path
    arguments.chatTemplate = template
    let model = try await arguments.load()
    return Subject(
      model: model, template: try arguments.template(for: model),
      options: GenerationOptions())
  }
}

/// Where public datasets are.
struct DataArguments: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "Folder of public datasets. (default: $\(KnownDataset.folderVariable))", valueName: "folder"))
  var given: String?

  /// The folder, or `nil`.
  var folder: String? {
    given ?? ProcessInfo.processInfo.environment[KnownDataset.folderVariable].unlessEmpty
  }
}

/// Where prompts come from and where what is done goes: what every command has that fills a store.
struct StoreArguments: ParsableArguments {
  @OptionGroup var data: DataArguments

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where results and report go. (default: evaluations/NAME)", valueName: "folder"))
  var output: String?

  @Flag(help: "Ask judges again about answers that they could not tell.")
  var retryUnscored = false

  /// Generates and judges, and shows how far that is, and unless somebody wants JSON what was done.
  func run(
    _ session: EvaluationSession, in folder: URL, json: Bool
  ) async throws -> EvaluationStore {
    let store = try EvaluationStore(path: session.storePath(in: folder))
    let display = ProgressDisplay()
    let done: RunProgress
    do {
      // Errors are said on a line of their own.
      defer { display.clear() }
      done = try await session.run(
        into: store, loadJudge: SubjectArguments.loadJudge, progress: display.show)
    }
    if !json { RunSummary.show(done, try await store.counts(), store: store.path) }
    return store
  }
}

/// The options of commands that do a plan of prompts and defences, or a part of one.
struct EvaluationArguments: ParsableArguments {
  @OptionGroup var store: StoreArguments

  @Option(
    help: ArgumentHelp(
      "Do part i of n only; 'resta eval merge' joins the parts.", valueName: "i/n"))
  var shard: String?

  @Option(
    help: ArgumentHelp(
      "Ask this defence only; x*: all of such names. May be repeated.", valueName: "name"))
  var only: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Ask at most so many prompts of each dataset.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Say what would be done, and what it would cost; do nothing.")
  var dryRun = false

  @OptionGroup var subject: SubjectArguments

  /// The part of the plan.
  private func part() throws -> EvaluationPlan.Shard {
    guard let shard else { return .all }
    guard let part = EvaluationPlan.Shard(shard) else {
      throw Failure.usage(
        "--shard '\(shard)' must be i/n, such as 1/4: the part from 1, and the number of parts.")
    }
    return part
  }

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    try Failure.check("--limit", limit)
    _ = try part()
    try subject.check()
  }

  /// An evaluation with its model loaded.
  func session(_ configuration: EvaluationConfiguration) async throws -> EvaluationSession {
    var options = EvaluationOptions(
      dataFolder: store.data.folder, limit: limit, parallel: subject.parallel,
      retriesUnscored: store.retryUnscored)
    options.shard = try part()
    options.only = only
    let session = try await EvaluationSession(
      configuration, options: options,
      loadOther: { try await subject.load($0, for: configuration) },
      load: { try await subject.load(for: configuration) })
    for line in session.plan.datasets.flatMap(\.gaps) { Terminal.error(line) }
    return session
  }
}

extension ModelArguments {
  /// Loads the model as its answers are kept in a store.
  func evaluated(parallel: Int) async throws -> EvaluatedModel {
    // What passes cost decides how the fast decoder works, and so how many tokens it processes; a
    // fixed assumption makes that the same for each run, part and machine.
    let model = try await loadAny(
      parallelCells: parallel > 1 ? parallel * 2_048 : 0,
      parallelSequences: parallel > 1 ? min(parallel * 12, 256) : 0, passCosts: .typical)
    let context = String(model.information.contextLength)
    var evaluated = EvaluatedModel(
      model, template: try template(for: model), file: try Models.resolve(self.model), engine: "")
    if let local = model as? LlamaModel {
      let cache = local.options.cacheType.rawValue
      evaluated.adapters = local.options.adapters.map {
        EvaluatedModel.Adapter(file: $0.path, scale: $0.scale)
      }
      evaluated.engine = "llama.cpp \(LlamaModel.libraryVersion)"
      evaluated.options = [
        "cache_type": cache, "context": context, "gpu_layers": String(local.options.gpuLayers),
      ]
      evaluated.details =
        "\(local.threads) threads, key-value cache \(cache), context \(context)"
    } else if let remote = model as? any RemoteModel {
      // Not where they are: shards at several servers are parts of one run.
      evaluated.engine = remote.engine
      evaluated.options = [
        "context": context, "rows": self.remote.vllmBfloat16 ? "bfloat16" : "float32",
      ]
      evaluated.details = remote.findings.joined(separator: "; ")
    }
    evaluated.notes = [RecordEntry(label: "resta", value: Version.number)]
    return evaluated
  }
}
