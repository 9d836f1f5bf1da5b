import Foundation
import RESTA
import RESTADocuments

/// How unlikely a model finds the user's message, and what it cost to know.
///
/// Over the tokens x_j of the user's content it is exp(-mean log p(x_j | x_1..x_{j-1})), where what comes
/// before is the rendered prompt: the template and the system prompt are read, not judged. A token that
/// straddles the border of the content counts; the first token of all has no probability and does not.
struct MessagePerplexity: Sendable {
  /// The perplexity, or the largest of all windows; infinite where a token is impossible, `nil` for a
  /// message of no tokens.
  let value: Double?
  let passes: Int
  let tokensProcessed: Int
  let seconds: Double

  init(of prompt: TokenizedPrompt, window: Int?, model: any LanguageModel) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let positions = prompt.positions(of: .userTurns).filter { $0 > 0 }
    guard let last = positions.last else {
      (value, passes, tokensProcessed, seconds) = (nil, 0, 0, 0)
      return
    }
    let logs = try await Self.logProbabilities(at: positions, of: prompt.ids, model: model)
    value = Self.largest(logs, window: window)
    passes = 1
    tokensProcessed = last
    seconds = (clock.now - start) / .seconds(1)
  }

  /// The perplexity of the window with the largest one.
  ///
  /// Windows follow one another from the start; the last one is the last tokens, so that it is as
  /// long as the others. A message shorter than a window is one.
  static func largest(_ logs: [Double], window: Int?) -> Double? {
    guard !logs.isEmpty else { return nil }
    let length = min(window ?? logs.count, logs.count)
    var starts = Array(stride(from: 0, through: logs.count - length, by: length))
    if !logs.count.isMultiple(of: length) { starts.append(logs.count - length) }
    return starts.map { start in
      Perplexity.of(
        meanLogProbability: logs[start..<start + length].reduce(0, +) / Double(length))
    }.max()
  }

  /// log p of some of the tokens, in one pass that ends in front of the last of them.
  private static func logProbabilities(
    at positions: [Int], of tokens: [TokenID], model: any LanguageModel
  ) async throws -> [Double] {
    guard let first = positions.first, let last = positions.last else { return [] }
    guard tokens.count <= model.information.contextLength else {
      throw RESTAError(
        .contextExceeded,
        "The prompt has \(tokens.count) tokens and the context holds "
          + "\(model.information.contextLength). Shorten the prompt or raise the context length.")
    }
    let wanted = Set(positions)
    // A row at a time: all of a long prompt's would be a vocabulary for each token.
    let logs: [Double?] = try await model.reserve(sequences: 1, cells: last).use {
      try await $0.forward([
        ForwardSegment(
          sequence: 0, input: .tokens(Array(tokens[..<last])), outputs: .suffix(last - first + 1))
      ]) { row, logits -> Double? in
        guard wanted.contains(first + row) else { return nil }
        return Double(logits[Int(tokens[first + row])]) - (try Logits.logSumExp(logits))
      }
    }
    return logs.compactMap(\.self)
  }
}

/// exp(-mean log p): among how many equally likely tokens a text seems to choose each time.
enum Perplexity {
  static func of(meanLogProbability: Double) -> Double { exp(-meanLogProbability) }

  /// A perplexity as JSON, which has no infinity.
  static func note(_ perplexity: Double?) -> JSONValue {
    guard let perplexity else { return .null }
    return perplexity.isFinite ? .number(perplexity) : .string("infinite")
  }
}

/// A quantile with linear interpolation between neighbours: NumPy's default, R's type 7.
package enum LinearQuantile {
  /// The quantile of a sample.
  ///
  /// With the values ascending and i = (n - 1)q, it lies between values ⌊i⌋ and ⌊i⌋ + 1, at i - ⌊i⌋ of
  /// the way. It is taken from the nearer one, as NumPy does, so that rounding is the same.
  ///
  /// Reference: R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", 1996.
  package static func of(_ values: [Double], at quantile: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let place = Double(sorted.count - 1) * quantile
    let below = Int(place)
    let low = sorted[below]
    let high = sorted[min(below + 1, sorted.count - 1)]
    let share = place - Double(below)
    return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share)
  }
}
