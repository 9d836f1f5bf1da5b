public import RESTA

/// How a model is loaded and run.
public struct LlamaOptions: Sendable, Hashable, Codable {
  /// A LoRA adapter that is applied at run time.
  public struct Adapter: Sendable, Hashable, Codable {
    /// The adapter's GGUF file.
    public var path: String
    /// Its strength: 1 as trained, 0 without effect.
    ///
    /// Any finite number.
    public var scale: Float

    /// Names an adapter, of strength 1 by default.
    public init(path: String, scale: Float = 1) {
      self.path = path
      self.scale = scale
    }
  }

  /// The number type of the key-value cache.
  public enum CacheType: String, Sendable, Hashable, Codable, CaseIterable {
    /// 32-bit floats.
    case f32
    /// 16-bit floats: the default.
    case f16
    /// 8-bit blocks: half the memory of `f16`.
    case q8 = "q8_0"
    /// 4-bit blocks: a quarter of it, at a loss of quality.
    case q4 = "q4_0"
  }

  /// The most tokens of one sequence (prompt and answer), in `16...16_777_216`; `nil`: what the model
  /// was trained for.
  public var contextLength: Int?
  /// CPU threads, in `1...512`; `nil`: one for each CPU that the process may use.
  public var threads: Int?
  /// How many layers run on a GPU, where llama.cpp was built for one, in `-1...10_000`, -1 for all; 0 by default.
  public var gpuLayers: Int
  /// The type of the key-value cache; `f16` by default.
  public var cacheType: CacheType
  /// The adapters; none by default.
  public var adapters: [Adapter]
  /// The most positions of one pass of llama.cpp, in `32...4096`, larger ones being split; 512 by default.
  public var batchSize: Int
  /// What passes cost, where that is known; by default `nil`: measured when first asked for, in about a second.
  public var passCosts: PassCosts?
  /// A folder in which measured pass costs are remembered from one process to the next.
  ///
  /// Made when it is missing. Default: `nil`: each process measures for itself.
  public var cacheFolder: String?
  /// For how many positions there is room from the start, in `0..<1_073_741_824`.
  ///
  /// Room grows only while no generation runs, so those that are to run at once have to fit into it:
  /// each one needs its prompt and its answer, for every copy. Others wait for their turn. Default: 0.
  public var parallelCells: Int
  /// For how many sequences there is room from the start, in `0...256`.
  ///
  /// A generation needs one, and one more for each copy. Default: 0.
  public var parallelSequences: Int
  /// What was calibrated on these weights, for ``LlamaModel/information``.
  package var calibrated: CalibratedSetting?

  /// Makes options; nothing is checked before a model is loaded with them.
  public init(
    contextLength: Int? = nil, threads: Int? = nil, gpuLayers: Int = 0,
    cacheType: CacheType = .f16, adapters: [Adapter] = [], batchSize: Int = 512,
    passCosts: PassCosts? = nil, cacheFolder: String? = nil, parallelCells: Int = 0,
    parallelSequences: Int = 0
  ) {
    self.contextLength = contextLength
    self.threads = threads
    self.gpuLayers = gpuLayers
    self.cacheType = cacheType
    self.adapters = adapters
    self.batchSize = batchSize
    self.passCosts = passCosts
    self.cacheFolder = cacheFolder
    self.parallelCells = parallelCells
    self.parallelSequences = parallelSequences
  }

  func validate() throws(LlamaError) {
    try check(
      contextLength.map { (16...16_777_216).contains($0) } ?? true,
      "The context length must be between 16 and 16777216 tokens, not \(contextLength ?? 0).")
    try check(
      threads.map { (1...512).contains($0) } ?? true,
      "The number of threads must be between 1 and 512, not \(threads ?? 0).")
    try check(
      (-1...10_000).contains(gpuLayers),
      "The GPU layers must be between 0 and 10000, or -1 for all of them, not \(gpuLayers).")
    try check(
      (32...4096).contains(batchSize),
      "The batch size must be between 32 and 4096, not \(batchSize).")
    try check(cacheFolder != "", "The cache folder needs a name; leave it out for none.")
    try check(
      (0..<1 << 30).contains(parallelCells),
      "The parallel cells must be between 0 and 2^30 - 1, not \(parallelCells).")
    try check(
      (0...LlamaEngine.maximumSequences).contains(parallelSequences),
      "The parallel sequences must be between 0 and \(LlamaEngine.maximumSequences), "
        + "not \(parallelSequences).")
    for adapter in adapters {
      try check(
        adapter.scale.isFinite, "The scale of the adapter '\(adapter.path)' is not a number.")
    }
  }

  private func check(_ isValid: Bool, _ message: String) throws(LlamaError) {
    guard isValid else { throw LlamaError(.invalidOption, message) }
  }
}
