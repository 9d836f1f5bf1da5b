import Foundation
import RESTA

/// How likely a token was and what else was likely there, as OpenAI lists it.
///
/// Behind the voted prefix the numbers are the model's own, before any filter. Inside of it they are
/// ln(votes / copies asked): what decided there were the votes.
struct TokenLogProbability: Encodable, Sendable {
  /// A token that was possible.
  struct Alternative: Encodable, Sendable {
    let token: String
    let logprob: Double
    let bytes: [UInt8]

    init(_ id: TokenID, logProbability: Double, tokenizer: any Tokenizer) {
      bytes = tokenizer.bytes(of: id)
      token = tokenizer.text(of: id)
      logprob = TokenLogProbability.finite(logProbability)
    }
  }

  let token: String
  let logprob: Double
  let bytes: [UInt8]
  let topLogprobs: [Alternative]
  /// Whether the numbers are shares of votes.
  let voted: Bool

  /// Describes a token that was voted for.
  init?(_ vote: VoteRecord, alternatives count: Int, tokenizer: any Tokenizer) {
    guard let token = vote.tokenID else { return nil }
    let shares = vote.counts.map { ($0.tokenID, log(Double($0.count) / Double(vote.asked))) }
    // Aggregators other than the majority vote can choose a token that is no copy's first.
    let own = shares.first { $0.0 == token }?.1 ?? -.infinity
    self.init(
      token, logProbability: own, alternatives: Array(shares.prefix(count)), voted: true,
      tokenizer: tokenizer)
  }

  /// Describes a token of an answer.
  init?(_ token: GeneratedToken, alternatives count: Int, tokenizer: any Tokenizer) {
    if let vote = token.vote {
      self.init(vote, alternatives: count, tokenizer: tokenizer)
    } else if let own = token.logProbabilities {
      self.init(
        token.id, logProbability: own.logProbability,
        alternatives: own.alternatives.prefix(count).map { ($0.tokenID, $0.logProbability) },
        tokenizer: tokenizer)
    } else {
      return nil
    }
  }

  /// Describes a token; one that one model chose, unless it was `voted` for.
  init(
    _ id: TokenID, logProbability: Double, alternatives: [(TokenID, Double)], voted: Bool = false,
    tokenizer: any Tokenizer
  ) {
    token = tokenizer.text(of: id)
    logprob = Self.finite(logProbability)
    bytes = tokenizer.bytes(of: id)
    topLogprobs = alternatives.map {
      Alternative($0.0, logProbability: $0.1, tokenizer: tokenizer)
    }
    self.voted = voted
  }

  /// JSON has no infinity; OpenAI's stand-in for it is -9999.
  private static func finite(_ value: Double) -> Double { value.isNaN ? -9999 : max(value, -9999) }
}

/// The log-probabilities of `/v1/completions`: OpenAI's older shape, lists side by side.
struct CompletionLogProbabilities: Encodable, Sendable {
  let tokens: [String]
  let tokenLogprobs: [Double]
  /// By the tokens' texts; of several tokens with the same one, the likeliest counts.
  let topLogprobs: [[String: Double]]
  /// Where each token begins in the answer, in Unicode scalars, as Python counts.
  let textOffset: [Int]

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
  static func scalars(in bytes: [UInt8]) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }
}
