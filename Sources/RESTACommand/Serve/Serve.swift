import ArgumentParser
import Foundation
import Logging
import RESTA
import RESTADocuments
import RESTALlama
import RESTALocal
import RESTARefusals
import RESTAServer
import RESTAVLLM

/// `resta serve`: an OpenAI-compatible server with a playground.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the defended model over HTTP, compatible with OpenAI's API.",
    discussion: """
      Serves /v1/chat/completions, /v1/completions, /v1/models, /health, /metrics and a playground at \
      /. Each setting can stand in a YAML file (--config), in the environment (RESTA_SERVE_ and the \
      setting's name, as in RESTA_SERVE_LIMITS_QUEUE) or on the command line, which wins over the \
      environment, which wins over the file. docs/server.md says more, docs/threat-model.md what is \
      defended against and what is not.

      A request can choose its own defence in a "resta" object, within what the operator allows: by \
      default nothing. Ctrl-C lets running answers finish; a second one ends at once.

      Examples:
        resta serve --playground
        resta serve --print-config > resta.yaml && resta serve --config resta.yaml
        RESTA_API_KEYS=$(openssl rand -hex 24) resta serve --host 0.0.0.0 --sticky
      """)

  @OptionGroup(title: "Settings") var arguments: ServeArguments

  @Flag(help: "Print all settings as a file for --config, and end.")
  var printConfig = false

  @Flag(help: "Print the settings as JSON, with --print-config.")
  var json = false

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var settings = try arguments.settings(environment: environment)
    guard printConfig || !json else {
      throw Failure.usage("--json is for --print-config; the log's format is --log-format.")
    }
    guard !printConfig else {
      return json ? try JSONOutput.print(settings) : Terminal.write(settings.yaml())
    }
    let logger = Self.logger(settings.log)
    let secrets = try ServerSecrets(
      keyFile: try settings.keys.file.map { try Self.keys($0, logger) }, environment: environment)
    let llama = try ServedLlama(settings)
    settings.model.name = settings.model.name ?? llama.fileName
    for warning in settings.warnings(hasKeys: secrets.hasKeys) {
      logger.warning("\(warning)")
    }
    if let note = secrets.note(for: settings) { logger.notice("\(note)") }
    let seconds = settings.limits.shutdownSeconds
    let hasPage = settings.page
    let server = try ChatServer(settings: settings, secrets: secrets, logger: logger) { progress in
      let (model, summary) = try await llama.load(progress: progress)
      logger.notice("Ready: \(summary)")
      for server in (model.model as? VLLMModel)?.startCheck.servers ?? []
      where server.version == nil {
        logger.warning("\(server.url) does not say its version: it must be vLLM 0.32.0 or later.")
      }
      return model
    }
    try await Interrupt.asking {
      logger.notice(
        "Stopping: answers may finish for \(seconds.formatted()) s; Ctrl-C again ends at once")
      Task { await server.shutDown() }
    } _: {
      try await server.run { address in
        logger.notice("Listening on \(address)")
        if hasPage { logger.notice("The playground is at \(address)/") }
      }
    }
  }

  private static func logger(_ settings: ServerSettings.Log) -> Logger {
    var logger = Logger(label: "resta") { _ in
      ServerLogHandler(label: "resta", format: settings.format)
    }
    logger.logLevel = settings.level
    return logger
  }

  private static func keys(_ path: String, _ logger: Logger) throws -> String {
    // Of a link, the mode is its target's.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let mode = (attributes?[.posixPermissions] as? Int) ?? 0
    // Not refused: secrets of containers are readable to all inside, by design.
    if mode & 0o007 != 0 {
      logger.warning(
        "The key file '\(path)' can be read by every user of this machine; 'chmod 600' makes it yours."
      )
    }
    return try ServeArguments.text(of: path, for: "--keys")
  }
}

/// Loads the model of a server, with room for all the requests that may run at once.
struct ServedLlama {
  let settings: ServerSettings
  private let path: String
  private let arguments: ModelArguments

  /// Checks what can be checked before anything listens.
  ///
  /// - Throws: ``Failure`` for a model or a template that cannot be found.
  init(_ settings: ServerSettings) throws {
    self.settings = settings
    path = try Models.resolve(settings.model.file)
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Failure.usage("The model '\(path)' cannot be read.")
    }
    guard let cacheType = LlamaOptions.CacheType(rawValue: settings.model.kvType) else {
      let known = LlamaOptions.CacheType.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure.usage("model.kv_type '\(settings.model.kvType)' is none of \(known).")
    }
    var arguments = try ModelArguments.parse([])
    arguments.model = path
    arguments.lora = settings.model.lora
    arguments.chatTemplate = settings.model.chatTemplate
    arguments.threads = settings.model.threads
    arguments.ctx = settings.model.context
    arguments.gpuLayers = settings.model.gpuLayers
    arguments.kvType = cacheType
    arguments.remote.engine = settings.model.engine
    arguments.remote.vllmUrl = settings.model.vllmUrl
    arguments.remote.vllmModel = settings.model.vllmModel
    arguments.remote.vllmKey = settings.model.vllmKey
    arguments.remote.vllmBfloat16 = settings.model.vllmBfloat16
    try arguments.check()
    self.arguments = arguments
  }

  /// The model file's name without its ending: what the model is called unless it is named.
  var fileName: String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// Loads it, telling the share that is loaded, and gives a line about it for the log.
  func load(progress: @escaping @Sendable (Double) -> Void) async throws -> (LoadedModel, String) {
    let settings = settings.inForce(try arguments.calibration())
    let room = ServerCapacity.usualRoom(settings)
    let model = try await arguments.loadAny(
      parallelCells: room.cells, parallelSequences: room.sequences, progress: progress)
    let information = model.information
    let capacity = ServerCapacity(
      settings, contextLength: information.contextLength, dimensions: information.dimensions)
    let loaded = LoadedModel(model: model, template: try arguments.template(for: model)) {
      RefusalPhraseJudge().isRefusal($0)
    }
    guard let local = model as? LlamaModel else {
      let findings = (model as? any RemoteModel)?.findings.joined(separator: "; ") ?? ""
      return (
        loaded,
        "\(information.name) at \(findings); copies on their way take up to "
          + "\(capacity.uploadBytes / 1_000_000) MB"
      )
    }
    // Measured before the first request, and not during it.
    let costs = try await local.passCosts()
    // The cache of the usual room is there since the test at load.
    let memory = BenchMemory(
      local,
      loadedBytes: MachineReport.residentBytes.map { $0 - room.cells * local.bytesPerCell })
    return (
      loaded,
      "\(information.name): \(local.threads) threads, "
        + capacity.summary(
          bytesPerCell: local.bytesPerCell, besideBytes: memory.bytes(cells: 0, prompt: 0),
          costs: costs)
    )
  }
}
