import Foundation
import RESTA
import RESTALlama
import RESTAServer

/// Loads the model of a server, with room for all the requests that may run at once.
struct ServedLlama {
  let settings: ServerSettings
  private let path: String
  private let arguments: ModelArguments

  /// Checks what can be checked before anything listens.
  ///
  /// - Parameter settings: The server's.
  /// - Throws: ``Failure`` for a model, an adapter or a template that cannot be found.
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
    var arguments = ModelArguments()
    arguments.model = path
    arguments.lora = settings.model.lora
    arguments.chatTemplate = settings.model.chatTemplate
    arguments.threads = settings.model.threads
    arguments.ctx = settings.model.context
    arguments.gpuLayers = settings.model.gpuLayers
    arguments.kvType = cacheType
    try arguments.check()
    self.arguments = arguments
  }

  /// The model file's name without its ending: what the model is called unless it is named.
  var fileName: String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// The room that the requests that run at once have; one that needs more runs alone.
  ///
  /// - Parameter settings: The server's.
  /// - Returns: Positions, by default 256 for each sequence, and sequences: one for each copy that a
  ///   request can have, and one more.
  static func room(for settings: ServerSettings) -> (cells: Int, sequences: Int) {
    let samples = max(settings.defense.samples, settings.client.samples.max ?? 0)
    let usual = settings.limits.concurrency * (settings.defense.samples + 1)
    return (
      settings.limits.cacheTokens ?? usual * 256,
      min(256, settings.limits.concurrency * (samples + 1))
    )
  }

  /// Loads it.
  ///
  /// - Parameter progress: Told the share that is loaded.
  /// - Returns: The model, and a line about it for the log.
  /// - Throws: What loading throws.
  func load(progress: @escaping @Sendable (Double) -> Void) async throws -> (LoadedModel, String) {
    let room = Self.room(for: settings)
    let model = try await arguments.load(
      parallelCells: room.cells, parallelSequences: room.sequences, progress: progress)
    // The work limit bounds what one request's prompt and answer take.
    let most = max(
      room.cells, min(settings.limits.workTokens, 256 * model.information.contextLength))
    func megabytes(_ cells: Int) -> Int { cells * model.bytesPerCell / 1_000_000 }
    // Measured before the first request, and not during it.
    _ = try await model.passCosts()
    return (
      LoadedModel(model: model, template: try arguments.template(for: model.information)),
      "\(model.information.name): \(model.threads) threads, a cache of \(room.cells) positions "
        + "(\(megabytes(room.cells)) MB) for \(room.sequences) sequences; one long request can make it "
        + "grow to \(most) (\(megabytes(most)) MB)"
    )
  }
}
