internal import CLlama
import Foundation
public import RESTA

/// A GGUF chat model that runs in this process with llama.cpp.
///
/// ```swift
/// let model = try await LlamaModel.load("SmolLM2-135M-Instruct.Q4_0.gguf")
/// let session = ChatSession(model: model)
/// print(try await session.respond(to: "Name three primary colours.").text)
/// ```
public final class LlamaModel: LanguageModel {
  /// What the model is.
  public var information: ModelInformation { parts.information }
  /// The model's vocabulary.
  public var tokenizer: any Tokenizer { parts.tokenizer }
  /// The options that the model was loaded with.
  public let options: LlamaOptions
  /// The number of CPU threads in use.
  public var threads: Int { parts.threads }
  /// What one position of one sequence takes in the key-value cache, in bytes.
  public var bytesPerCell: Int { parts.bytesPerCell }
  /// What the self-test at load found.
  public let selfTest: EmbeddingSelfTest

  var scheduler: Scheduler { parts.scheduler }
  private let parts: LlamaParts
  private let meter: PassCostMeter
  /// How long a position took in the self-test, about.
  private let pace: Duration

  /// The version of the llama.cpp that is linked.
  public static var libraryVersion: String { LlamaLibrary.version }

  /// The architectures that can be loaded, by llama.cpp's names.
  public static var supportedArchitectures: [String] { Architecture.names }

  /// Loads a model and checks that RESTA works on it.
  ///
  /// The check feeds a few tokens once as ids and once as embedding rows; a model for which the two
  /// differ is refused.
  ///
  /// - Parameters:
  ///   - path: A GGUF file; the first one of a model in several parts.
  ///   - options: Default: the model's own context length, all CPUs, no adapters.
  ///   - progress: Told the share that is loaded, in 0...1, on some thread. Default: nobody.
  /// - Returns: The model.
  /// - Throws: ``LlamaError``, whose code says which file or option is at fault; `RESTAError` with `nonFiniteOutput`
  ///   for weights that give no numbers; `CancellationError` when the task is cancelled.
  public static func load(
    _ path: String, options: LlamaOptions = LlamaOptions(),
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> LlamaModel {
    try options.validate()
    let loading = LoadProgress(progress)
    let loader = LlamaLoader(path: path, options: options)
    let parts = try await withTaskCancellationHandler {
      try await loader.load(loading)
    } onCancel: {
      loading.stop()
    }
    let started = ContinuousClock.now
    let test = try await EmbeddingSelfTest(parts)
    let pace = (ContinuousClock.now - started) / (2 * test.tokens)
    try test.check(architecture: parts.information.architecture, file: path)
    return LlamaModel(parts, path: path, options: options, selfTest: test, pace: pace)
  }

  private init(
    _ parts: LlamaParts, path: String, options: LlamaOptions, selfTest: EmbeddingSelfTest,
    pace: Duration
  ) {
    self.parts = parts
    meter = PassCostMeter(parts, path: path, options: options)
    self.options = options
    self.selfTest = selfTest
    self.pace = pace
  }

  /// The model's own chat template, or `nil` when its file holds none.
  public var chatTemplate: ChatTemplate? {
    get throws { try parts.template.get() }
  }

  /// The vectors that the model's first block receives, read from the file and scaled as the architecture scales
  /// them.
  public func embeddings(of tokens: [TokenID]) throws -> EmbeddingMatrix {
    try parts.table.embeddings(of: tokens)
  }

  /// Sets aside room for sequences, or throws ``LlamaError`` with `outOfMemory` for more than the machine can hold.
  public func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    try await scheduler.reserve(sequences: sequences, cells: cells)
  }

  /// Sets aside room as ``reserve(sequences:cells:)``, for sequences that begin with positions of kept ones.
  public func reserve(
    sequences: Int, cells: Int, continuing kept: any SequenceReservation, lengths: [Int]
  ) async throws -> any SequenceReservation {
    try await scheduler.reserve(
      sequences: sequences, cells: cells, source: scheduler.number(of: kept), lengths: lengths)
  }

  /// Whether logits depend on the shape of a pass, tried out at each call: it waits for room for that.
  package func batchInvariance() async throws -> BatchInvariance {
    try await BatchInvariance(parts, batchSize: options.batchSize, pace: pace)
  }

  /// What passes of different widths cost on this machine.
  ///
  /// Those of ``LlamaOptions/passCosts``, or remembered ones (``LlamaOptions/cacheFolder``), or measured ones:
  /// that takes about a second, once, and waits while other generations use up the room, so ask before
  /// reserving. Several tasks that ask at once share a measurement. A model that is never asked never measures.
  ///
  /// - Returns: The costs; the same ones each time.
  /// - Throws: ``LlamaError`` or `RESTAError` when a pass fails; `CancellationError`.
  public func passCosts() async throws -> PassCosts {
    if let costs = options.passCosts { return costs }
    return try await meter.value()
  }
}
