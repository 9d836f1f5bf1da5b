internal import CLlama
import RESTA

/// Positions for llama.cpp, all token ids or all embedding rows: it cannot mix them in one pass.
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

  /// Parts of at most so many positions, in order.
  func split(at size: Int) -> [PositionBatch] {
    guard count > size else { return count == 0 ? [] : [self] }
    return stride(from: 0, to: count, by: size).map { start in
      let range = start..<min(start + size, count)
      return PositionBatch(
        tokens: tokens.isEmpty ? [] : Array(tokens[range]),
        values: Array(
          values[(range.lowerBound * dimensions)..<(range.upperBound * dimensions)]),
        dimensions: dimensions, positions: Array(positions[range]),
        sequences: Array(sequences[range]), wanted: Array(wanted[range]))
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
