internal import CLlama
import RESTA

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
  ///
  /// - Parameters:
  ///   - phase: Of one kind of input.
  ///   - graphFactor: What rows are divided by, because the graph multiplies them with it.
  init(_ phase: EnginePass.Phase, graphFactor: Float) {
    for piece in phase.parts.lazy.flatMap(\.pieces) {
      let count = piece.range.count
      switch piece.input {
      case .tokens(let ids):
        tokens += ids[piece.range]
      case .embeddings(let matrix):
        dimensions = matrix.dimensions
        let rows = matrix.values[
          piece.range.lowerBound * dimensions..<piece.range.upperBound * dimensions]
        if graphFactor == 1 { values += rows } else { values += rows.map { $0 / graphFactor } }
      }
      positions += (piece.position..<(piece.position + count)).map(Int32.init)
      sequences += repeatElement(piece.sequence, count: count)
      wanted += (0..<count).map { $0 >= count - piece.wanted }
    }
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
