internal import CLlama
import RESTA
import Synchronization

/// The weights of a model and of its adapters. Freed when nobody uses them any more.
// Unchecked: llama.cpp never changes a model once it is loaded, and its vocabulary functions are
// pure, so any thread may read it.
@safe
final class LlamaWeights: @unchecked Sendable {
  let model: OpaquePointer
  let vocabulary: OpaquePointer
  let adapters: [OpaquePointer]
  let adapterScales: [Float]

  /// Loads weights.
  ///
  /// Blocks until it is done.
  init(
    path: String, options: LlamaOptions, vocabularyOnly: Bool = false,
    progress: LoadProgress = LoadProgress()
  ) throws {
    LlamaLibrary.initialize()
    _ = LlamaLibrary.takeErrors()
    // Before the weights, which may take minutes.
    for adapter in options.adapters { try Self.check(adapter) }
    let model = try unsafe Self.load(path, options, vocabularyOnly, progress)
    guard let vocabulary = unsafe llama_model_get_vocab(model) else {
      unsafe llama_model_free(model)
      throw LlamaError(.loadFailed, "'\(path)' has no vocabulary.")
    }
    var adapters = unsafe [OpaquePointer]()
    do {
      for adapter in options.adapters {
        unsafe adapters.append(try Self.load(adapter, for: model, named: path))
      }
    } catch {
      // Freeing a model frees its adapters too.
      unsafe llama_model_free(model)
      throw error
    }
    unsafe self.model = model
    unsafe self.vocabulary = vocabulary
    unsafe self.adapters = adapters
    adapterScales = options.adapters.map(\.scale)
  }

  deinit { unsafe llama_model_free(model) }

  private static func load(
    _ path: String, _ options: LlamaOptions, _ vocabularyOnly: Bool, _ progress: LoadProgress
  ) throws -> OpaquePointer {
    var parameters = unsafe llama_model_default_params()
    unsafe parameters.vocab_only = vocabularyOnly
    unsafe parameters.n_gpu_layers = Int32(options.gpuLayers)
    unsafe parameters.progress_callback = progressCallback
    unsafe parameters.progress_callback_user_data = Unmanaged.passUnretained(progress).toOpaque()
    let model = unsafe withExtendedLifetime(progress) {
      unsafe llama_model_load_from_file(path, parameters)
    }
    guard let model = unsafe model else {
      if progress.isStopped { throw CancellationError() }
      throw LlamaError(
        .loadFailed, "llama.cpp could not load '\(path)'. \(LlamaLibrary.takeErrors())")
    }
    return unsafe model
  }

  private static func check(_ adapter: LlamaOptions.Adapter) throws(LlamaError) {
    let file = try GGUFFile(path: adapter.path)
    guard file.string("general.type") == "adapter" else {
      throw LlamaError(
        .adapterFailed,
        "'\(adapter.path)' is not a LoRA adapter. Convert one with llama.cpp's "
          + "convert_lora_to_gguf.py; a whole model goes to --model.")
    }
    // llama.cpp applies such an adapter to token ids only, never to the rows that the copies are
    // made of, and aborts where the output layer shares the table.
    guard !file.tensors.keys.contains(where: { $0.hasPrefix("token_embd") }) else {
      throw LlamaError(
        .adapterFailed,
        "The adapter '\(adapter.path)' changes the token embeddings; llama.cpp does not apply that "
          + "to the embeddings that RESTA feeds. Merge it into the model instead.")
    }
  }

  private static func load(
    _ adapter: LlamaOptions.Adapter, for model: OpaquePointer, named name: String
  ) throws(LlamaError) -> OpaquePointer {
    guard let loaded = unsafe llama_adapter_lora_init(model, adapter.path) else {
      throw LlamaError(
        .adapterFailed,
        "The adapter '\(adapter.path)' does not fit '\(name)': it was made for another model. "
          + LlamaLibrary.takeErrors())
    }
    return unsafe loaded
  }
}

/// What llama.cpp's progress callback is given: whom to tell, and whether to go on.
final class LoadProgress: Sendable {
  private let report: (@Sendable (Double) -> Void)?
  private let stopped = Atomic(false)

  init(_ report: (@Sendable (Double) -> Void)? = nil) { self.report = report }

  var isStopped: Bool { stopped.load(ordering: .relaxed) }

  /// Ends the load; from any thread.
  func stop() { stopped.store(true, ordering: .relaxed) }

  func reached(_ share: Double) -> Bool {
    report?(share)
    return !isStopped
  }
}

// A plain function for the reason given at `logCallback`.
private func progressCallback(share: Float, data: UnsafeMutableRawPointer?) -> Bool {
  guard let data = unsafe data else { return true }
  return unsafe Unmanaged<LoadProgress>.fromOpaque(data).takeUnretainedValue().reached(
    Double(share))
}
