import RESTA

/// Whether embeddings fed as rows give what token ids give: the ground that RESTA stands on.
public struct EmbeddingSelfTest: Sendable, Hashable {
  /// How many tokens were fed.
  public let tokens: Int
  /// The largest difference between the two rows of logits.
  public let largestDifference: Double
  /// The largest logit, to compare the difference with.
  public let largestLogit: Double
  /// Whether both predict the same token.
  public let sameToken: Bool

  /// Whether the difference is no more than rounding.
  ///
  /// It was 0 on every model tried. Rounding may move the logits of quantised weights by some percent
  /// elsewhere; a wrong scale or a missing input moves them by their own size.
  public var passed: Bool {
    sameToken && largestDifference.isFinite && largestDifference <= 0.05 * max(1, largestLogit)
  }

  /// Runs the test.
  init(_ parts: LlamaParts) async throws {
    let text = Array("The quick brown fox jumps over the lazy dog.".utf8)
    let first = parts.tokenizer.beginningOfSequence.map { [$0] } ?? []
    let tokens = first + (try parts.tokenizer.tokenize(text, parsesControl: false)).prefix(12)
    guard !tokens.isEmpty else {
      throw LlamaError(.damagedFile, "The model's vocabulary has no tokens for plain English.")
    }
    let rows = try parts.table.embeddings(of: tokens)
    let reservation = try await parts.scheduler.reserve(sequences: 2, cells: 2 * tokens.count)
    let byID = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens(tokens))
    ])
    let byRow = try await reservation.forward([
      ForwardSegment(sequence: 1, input: .embeddings(rows))
    ])
    await reservation.release()
    let pairs = zip(byID.joined(), byRow.joined())
    self.tokens = tokens.count
    largestDifference = pairs.reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
    largestLogit = byID.joined().reduce(0) { max($0, Double(abs($1))) }
    sameToken = try Logits.argmax(byID[0]) == Logits.argmax(byRow[0])
  }

  func check(architecture: String, file: String) throws(LlamaError) {
    guard passed else {
      throw LlamaError(
        .embeddingMismatch,
        "'\(file)' (architecture '\(architecture)') gives other predictions for embedding rows than "
          + "for the same tokens (logits differ by \(largestDifference)), so noise on embeddings "
          + "would mean nothing. Use another model.")
    }
  }
}
