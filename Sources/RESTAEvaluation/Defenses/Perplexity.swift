import RESTADocuments
import Foundation

/// exp(-mean log p): among how many equally likely tokens a text seems to choose each time.
enum Perplexity {
  /// The perplexity of a text.
  ///
  /// - Parameter meanLogProbability: The mean of log p over the text's tokens, in nats; at most 0.
  /// - Returns: A number of at least 1, infinite where a token is impossible.
  static func of(meanLogProbability: Double) -> Double { exp(-meanLogProbability) }

  /// A perplexity as JSON, which has no infinity.
  ///
  /// - Parameter perplexity: The perplexity; `nil` of no tokens.
  /// - Returns: A number, `infinite`, or null.
  static func note(_ perplexity: Double?) -> JSONValue {
    guard let perplexity else { return .null }
    return perplexity.isFinite ? .number(perplexity) : .string("infinite")
  }
}
