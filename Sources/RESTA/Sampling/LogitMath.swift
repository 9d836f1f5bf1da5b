/// Arithmetic on a model's logits `[vocabulary]`: one number per token, by token id.
///
/// A logit of minus infinity is a token of probability 0. Not a number, plus infinity, and no token of positive
/// probability are errors. Sums are taken in `Double`, relative to the largest logit, so no finite logits overflow.
public enum Logits {
  /// The most likely token; of equally likely ones, that with the lowest id.
  ///
  /// - Parameter logits: The logits `[vocabulary]`, where they lie.
  /// - Returns: The token's id, in `0..<logits.count`.
  /// - Throws: `RESTAError.Code.nonFiniteOutput` if a logit is not a number or plus infinity, or if
  ///   all are minus infinity; `RESTAError.Code.engineFailed` if there are none.
  /// - Complexity: O(vocabulary); nothing is allocated.
  public static func argmax(_ logits: Span<Float>) throws(RESTAError) -> Int {
    var best = -1
    var largest = -Float.infinity
    for index in logits.indices {
      let logit = logits[index]
      // One comparison for the usual case: a NaN or infinity fails it.
      guard logit < Float.infinity else { throw invalid(logit, token: index) }
      if logit > largest {
        largest = logit
        best = index
      }
    }
    if best < 0 { throw noToken(among: logits.count) }
    return best
  }

  /// The most likely token of logits `[vocabulary]`, as ``argmax(_:)-(Span<Float>)`` gives and throws.
  public static func argmax(_ logits: [Float]) throws(RESTAError) -> Int {
    try argmax(logits.span)
  }

  /// The logarithm of the sum of the exponentials, ln Σ exp(logit).
  package static func logSumExp(_ logits: Span<Float>) throws(RESTAError) -> Double {
    let largest = Double(logits[try argmax(logits)])
    var sum = 0.0
    for index in logits.indices {
      sum += ElementaryFunctions.exponential(Double(logits[index]) - largest)
    }
    return largest + ElementaryFunctions.logarithm(sum)
  }

  /// The logarithm of the sum of the exponentials, ln Σ exp(logit).
  package static func logSumExp(_ logits: [Float]) throws(RESTAError) -> Double {
    try logSumExp(logits.span)
  }

  /// The logarithms of the tokens' probabilities, logit - ln Σ exp(logit).
  package static func logSoftmax(_ logits: [Float]) throws(RESTAError) -> [Double] {
    let normalizer = try logSumExp(logits)
    return logits.map { Double($0) - normalizer }
  }

  /// A row of logits that is kept after the pass that computed it.
  static func copy(_ logits: Span<Float>) -> [Float] { logits.indices.map { logits[$0] } }

  private static func invalid(_ logit: Float, token: Int) -> RESTAError {
    RESTAError(
      .nonFiniteOutput,
      "the model's logit for token \(token) is \(logit): check the model file, and that sigma is not"
        + " too large")
  }

  private static func noToken(among count: Int) -> RESTAError {
    guard count > 0 else { return RESTAError(.engineFailed, "the engine returned no logits") }
    return RESTAError(
      .nonFiniteOutput,
      "all \(count) logits of the model are minus infinity, so no token can follow:"
        + " check the model file")
  }
}
