import RESTA

/// Whether a position's logits depend on how many positions are computed beside it, and on where in the
/// cache they lie.
///
/// Where they do not, the fast decoder, a server's batches and the plain loop give the same tokens;
/// where they do, near-ties may fall the other way. It belongs to the model's number formats, the
/// processor and the llama.cpp that is linked, so it is tried out.
package struct BatchInvariance: Sendable, Hashable, Encodable {
  /// Whether every bit was the same.
  package private(set) var isExact = true
  /// The numbers of positions in a pass that were compared with the widest, which comes last.
  package let widths: [Int]
  /// How many positions' logits were compared.
  package private(set) var positions = 0
  /// For how many of them some bit differed.
  package private(set) var differing = 0
  /// For how many of them another token was the likeliest.
  package private(set) var otherTokens = 0
  /// The largest difference of two logits.
  package private(set) var largestDifference: Float = 0
  /// The largest logit, to compare the difference with.
  package private(set) var largestLogit: Float = 0
}

extension BatchInvariance {
  /// Widths around those from which llama.cpp has other kernels: 2, 4 and 8 rows; and the widest one.
  static let narrow = [1, 2, 3, 5, 8]
  static let widest = 64
  /// Where 64 positions take longer than that, they are as few as reach the last kernel (above 16).
  static let limit = Duration.seconds(1)
  static let widestOfSlow = 17

  /// Computes one text's last positions in passes of several widths, up to `batchSize`; a position takes about
  /// `pace`.
  init(_ parts: LlamaParts, batchSize: Int, pace: Duration) async throws {
    let affordable = pace * Self.widest <= Self.limit ? Self.widest : Self.widestOfSlow
    let widest = min(affordable, batchSize)
    let tokens = try EmbeddingSelfTest.tokens(parts.tokenizer)
    let prompt = (0..<widest).map { tokens[$0 % tokens.count] }
    let cells = widest + Self.narrow.reduce(0, +)
    self = try await parts.scheduler.reserve(sequences: 2, cells: cells).use {
      try await BatchInvariance($0, prompt: prompt)
    }
  }

  /// Compares passes on two empty sequences with one pass over the prompt.
  init(_ reservation: any SequenceReservation, prompt: [TokenID]) async throws {
    widths = Self.narrow + [prompt.count]
    let last = Self.narrow.max() ?? 1
    let wide = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens(prompt), outputs: .suffix(last))
    ])
    for width in Self.narrow {
      let start = prompt.count - width
      try await reservation.fork(0, to: 1, length: start)
      let rows = try await reservation.forward([
        ForwardSegment(sequence: 1, input: .tokens(Array(prompt[start...])), outputs: .all)
      ])
      for (row, expected) in zip(rows, wide.suffix(width)) { try add(row, expected) }
      try await reservation.truncate(1, to: 0)
    }
  }

  private mutating func add(_ row: [Float], _ expected: [Float]) throws {
    positions += 1
    var differs = false
    for (left, right) in zip(row, expected) {
      if left.bitPattern != right.bitPattern { differs = true }
      largestDifference = max(largestDifference, abs(left - right))
      largestLogit = max(largestLogit, abs(right))
    }
    if differs { differing += 1 }
    isExact = differing == 0
    if try Logits.argmax(row) != Logits.argmax(expected) { otherTokens += 1 }
  }
}
