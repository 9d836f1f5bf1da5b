/// The log-probabilities of `/v1/completions`: OpenAI's older shape, lists side by side.
struct CompletionLogProbabilities: Encodable, Sendable {
  let tokens: [String]
  let tokenLogprobs: [Double]
  /// By the tokens' texts; of several tokens with the same one, the likeliest counts.
  let topLogprobs: [[String: Double]]
  /// Where each token begins in the answer, in Unicode scalars, as Python counts.
  let textOffset: [Int]

  /// Rearranges entries.
  ///
  /// - Parameters:
  ///   - entries: The tokens in order.
  ///   - offset: Where the first of them begins. Default: 0, the start of the answer.
  init(_ entries: [TokenLogProbability], offset: Int = 0) {
    tokens = entries.map(\.token)
    tokenLogprobs = entries.map(\.logprob)
    topLogprobs = entries.map { entry in
      Dictionary(entry.topLogprobs.map { ($0.token, $0.logprob) }, uniquingKeysWith: max)
    }
    var next = offset
    textOffset = entries.map { entry in
      defer { next += Self.scalars(in: entry.bytes) }
      return next
    }
  }

  /// How many Unicode scalars begin in a token; several tokens can make up one.
  ///
  /// - Parameter bytes: The token's.
  /// - Returns: The number, by which the next token's offset is larger.
  static func scalars(in bytes: [UInt8]) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }
}
