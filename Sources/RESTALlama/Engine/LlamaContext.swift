internal import CLlama
import RESTA

/// Owns one llama.cpp context: the cache of all sequences and the buffers of a pass.
@safe
struct LlamaContext: ~Copyable {
  /// Positions that fit, over all sequences.
  let cells: Int
  /// Sequences that fit.
  let sequences: Int
  private let context: OpaquePointer
  private let memory: OpaquePointer
  private let vocabularySize: Int
  private var order: CellOrder
  // The context refers to both.
  private let threads: PassThreads
  private let weights: LlamaWeights

  init(
    weights: LlamaWeights, options: LlamaOptions, threads: Int, cells: Int, sequences: Int
  ) throws(LlamaError) {
    _ = LlamaLibrary.takeErrors()
    let parameters = unsafe Self.parameters(options, threads, cells, sequences)
    guard let context = unsafe llama_init_from_model(weights.model, parameters) else {
      throw LlamaError(
        .outOfMemory,
        "llama.cpp could not set up \(sequences) sequences with \(cells) positions in all. Use a "
          + "smaller k, a shorter prompt or fewer tokens, or another --kv-type. "
          + LlamaLibrary.takeErrors())
    }
    guard let memory = unsafe llama_get_memory(context) else {
      unsafe llama_free(context)
      throw LlamaError(.loadFailed, "This model keeps no cache, so it cannot generate text.")
    }
    if unsafe !weights.adapters.isEmpty {
      var adapters: [OpaquePointer?] = unsafe weights.adapters.map { unsafe Optional($0) }
      var scales = weights.adapterScales
      let status = unsafe llama_set_adapters_lora(context, &adapters, adapters.count, &scales)
      guard status == 0 else {
        unsafe llama_free(context)
        throw LlamaError(.adapterFailed, "llama.cpp refused the LoRA adapters.", status: status)
      }
    }
    let pool = PassThreads(threads)
    if let pool = unsafe pool.pool { unsafe llama_attach_threadpool(context, pool, pool) }
    unsafe self.context = context
    unsafe self.memory = memory
    self.threads = pool
    self.weights = weights
    self.cells = Int(unsafe llama_n_ctx(context))
    self.sequences = Int(unsafe llama_n_seq_max(context))
    vocabularySize = Int(unsafe llama_vocab_n_tokens(weights.vocabulary))
    order = CellOrder(count: self.cells)
  }

  deinit { unsafe llama_free(context) }

  /// Computes a pass, with one call of llama.cpp for each of its phases.
  mutating func decode(_ pass: EnginePass, graphFactor: Float) throws {
    unsafe llama_set_abort_callback(
      context, abortCallback, Unmanaged.passUnretained(pass).toOpaque())
    defer { withExtendedLifetime(pass) { unsafe llama_set_abort_callback(context, nil, nil) } }
    for phase in pass.phases {
      guard !pass.isAbandoned else { throw CancellationError() }
      try makeRoom(for: phase)
      try unsafe PositionBatch(phase, graphFactor: graphFactor).withLlamaBatch { batch in
        try unsafe check(llama_decode(context, batch))
      }
      try showLogits(phase)
    }
  }

  /// Makes a sequence share the first positions of another.
  mutating func fork(_ source: Int32, to target: Int32, length: Int) {
    order.fork(source, to: target, length: length)
    unsafe llama_memory_seq_cp(memory, source, target, 0, Int32(length))
  }

  /// Drops a sequence's positions from `length` on.
  mutating func truncate(_ sequence: Int32, to length: Int) throws(LlamaError) {
    order.truncate(sequence, to: length)
    guard unsafe llama_memory_seq_rm(memory, sequence, Int32(length), -1) else {
      throw LlamaError(.decodeFailed, "This model's cache cannot be rolled back.")
    }
  }

  /// Brings all that is in the cache to its beginning, where a pass would not find cells in order.
  ///
  /// That takes the time to copy the cache, and its memory once more; where hardly anything is free it
  /// would soon be needed again, and other rounding is the lesser evil.
  private mutating func makeRoom(for phase: EnginePass.Phase) throws(LlamaError) {
    guard !order.append(phase) else { return }
    guard cells - order.used >= max(phase.positions, cells / 16) else { return }
    guard restore(contents()) else {
      throw LlamaError(
        .decodeFailed, "llama.cpp could not move its cache. \(LlamaLibrary.takeErrors())")
    }
    _ = order.append(phase)
  }

  /// All that is in the cache, in the order of its cells.
  func contents() -> (bytes: [UInt8], order: CellOrder) {
    let size = unsafe llama_state_get_size(context)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = unsafe llama_state_get_data(context, buffer.baseAddress, size)
    }
    return (bytes, order)
  }

  /// Puts what was in a cache into this one, from its beginning on; `false` where it does not fit, and
  /// nothing is in it.
  mutating func restore(_ contents: (bytes: [UInt8], order: CellOrder)) -> Bool {
    let count = contents.bytes.count
    let isRead = unsafe contents.bytes.withUnsafeBufferPointer {
      unsafe llama_state_set_data(context, $0.baseAddress, count) == count
    }
    order = isRead ? contents.order.compacted(count: cells) : CellOrder(count: cells)
    return isRead
  }

  /// Shows a phase's logits: llama.cpp keeps those of the wanted positions side by side.
  private func showLogits(_ phase: EnginePass.Phase) throws {
    guard phase.parts.contains(where: { !$0.rows.isEmpty }) else { return }
    // Waits for the pass, and gives nothing when there are no logits at all.
    guard let values = unsafe llama_get_logits(context) else {
      throw LlamaError(.decodeFailed, "llama.cpp gave no logits. \(LlamaLibrary.takeErrors())")
    }
    var row = 0
    for part in phase.parts {
      let logits = unsafe UnsafeBufferPointer(
        start: values + row * vocabularySize, count: part.rows.count * vocabularySize)
      unsafe part.member.show(part.rows, logits.span)
      row += part.rows.count
    }
  }

  private func check(_ status: Int32) throws {
    switch status {
    case 0: return
    case 2: throw CancellationError()
    case 1:
      throw LlamaError(
        .decodeFailed, "The cache has no room left for this pass.", status: status)
    default:
      throw LlamaError(
        .decodeFailed, "A forward pass of llama.cpp failed. \(LlamaLibrary.takeErrors())",
        status: status)
    }
  }

  private static func parameters(
    _ options: LlamaOptions, _ threads: Int, _ cells: Int, _ sequences: Int
  ) -> llama_context_params {
    var parameters = unsafe llama_context_default_params()
    // llama.cpp never makes a batch larger than the context: a small one would make later passes
    // slow, and round otherwise than in a large one.
    unsafe parameters.n_ctx = UInt32(max(cells, sequences, options.batchSize))
    // llama.cpp asserts that a pass has room for a token of every sequence.
    unsafe parameters.n_batch = UInt32(max(sequences, options.batchSize))
    unsafe parameters.n_ubatch = UInt32(max(sequences, options.batchSize))
    unsafe parameters.n_seq_max = UInt32(sequences)
    unsafe parameters.n_threads = Int32(threads)
    unsafe parameters.n_threads_batch = Int32(threads)
    unsafe parameters.type_k = options.cacheType.ggml
    unsafe parameters.type_v = options.cacheType.ggml
    unsafe parameters.offload_kqv = options.gpuLayers != 0
    // A prefix shared between sequences needs one buffer for all of them.
    unsafe parameters.kv_unified = true
    // Rolling back needs the positions that a sliding window would have dropped.
    unsafe parameters.swa_full = true
    unsafe parameters.no_perf = true
    return unsafe parameters
  }
}

/// The threads that compute passes beside the engine's own.
///
/// Left to itself, llama.cpp starts new ones for each pass.
@safe
private final class PassThreads {
  /// `nil` when there is no memory for it, or nothing to share out; then llama.cpp helps itself.
  let pool: ggml_threadpool_t?

  init(_ count: Int) {
    var parameters = ggml_threadpool_params_default(Int32(count))
    // They spin for some 10 ms behind a pass, long enough for the next one to come, and sleep then.
    parameters.poll = 5
    unsafe pool = count > 1 ? ggml_threadpool_new(&parameters) : nil
  }

  deinit { unsafe ggml_threadpool_free(pool) }
}

extension LlamaOptions.CacheType {
  var ggml: ggml_type {
    switch self {
    case .f32: GGML_TYPE_F32
    case .f16: GGML_TYPE_F16
    case .q8: GGML_TYPE_Q8_0
    case .q4: GGML_TYPE_Q4_0
    }
  }
}

// A plain function for the reason given at `logCallback`.
private func abortCallback(data: UnsafeMutableRawPointer?) -> Bool {
  guard let data = unsafe data else { return false }
  return unsafe Unmanaged<EnginePass>.fromOpaque(data).takeUnretainedValue().isAbandoned
}

/// Positions for one call of llama.cpp, all token ids or all embedding rows: it cannot mix them.
struct PositionBatch {
  /// One entry for each position, or empty.
  var tokens: [TokenID] = []
  /// `dimensions` values for each position, or empty.
  var values: [Float] = []
  /// The length of a row; 0 for token ids.
  var dimensions = 0
  var positions: [Int32] = []
  var sequences: [Int32] = []
  /// Whether the logits at the position are wanted.
  var wanted: [Bool] = []

  var count: Int { positions.count }

  /// The positions of one phase of a pass.
  init(_ phase: EnginePass.Phase, graphFactor: Float) {
    for piece in phase.parts.lazy.flatMap(\.pieces) {
      let count = piece.range.count
      switch piece.input {
      case .tokens(let ids):
        tokens += ids[piece.range]
      case .embeddings(let matrix): append(matrix.rows(piece.range), graphFactor)
      // Here and not before: only what this call computes takes memory.
      case .perturbed(let rows): append(rows.rows(piece.range), graphFactor)
      }
      positions += (piece.position..<(piece.position + count)).map(Int32.init)
      sequences += repeatElement(piece.sequence, count: count)
      wanted += (0..<count).map { $0 >= count - piece.wanted }
    }
  }

  private mutating func append(_ matrix: EmbeddingMatrix, _ graphFactor: Float) {
    dimensions = matrix.dimensions
    values += graphFactor == 1 ? matrix.values : matrix.values.map { $0 / graphFactor }
  }

  /// Calls `body` with these positions as a C batch, which must not outlive the call.
  func withLlamaBatch(_ body: (llama_batch) throws -> Void) rethrows {
    var batch = unsafe llama_batch_init(Int32(count), Int32(dimensions), 1)
    defer { unsafe llama_batch_free(batch) }
    unsafe batch.n_tokens = Int32(count)
    if dimensions == 0 {
      unsafe batch.token.update(from: tokens, count: count)
    } else {
      unsafe batch.embd.update(from: values, count: values.count)
    }
    unsafe batch.pos.update(from: positions, count: count)
    for index in 0..<count {
      unsafe batch.n_seq_id[index] = 1
      unsafe batch.seq_id[index]?[0] = sequences[index]
      unsafe batch.logits[index] = wanted[index] ? 1 : 0
    }
    try unsafe body(batch)
  }
}
