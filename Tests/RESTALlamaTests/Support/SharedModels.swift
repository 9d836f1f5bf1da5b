import RESTA
import RESTALlama

extension LlamaOptions {
  /// One thread: llama.cpp's threads spin while they wait for each other, so on a machine that does
  /// other things too, two of them can be a hundred times slower than one.
  static let forTests = LlamaOptions(threads: 1)
}

/// Models that are loaded once for all tests.
actor SharedModels {
  private struct Key: Hashable {
    var model: TestModel
    var options: LlamaOptions
  }

  private static let shared = SharedModels()
  private var loads: [Key: Task<LlamaModel, any Error>] = [:]

  /// A loaded model.
  static func model(
    _ model: TestModel = .smolQ40, options: LlamaOptions = .forTests
  ) async throws -> LlamaModel {
    try await shared.load(Key(model: model, options: options)).value
  }

  private func load(_ key: Key) -> Task<LlamaModel, any Error> {
    if let task = loads[key] { return task }
    let task = Task { try await LlamaModel.load(key.model.path, options: key.options) }
    loads[key] = task
    return task
  }
}

extension LanguageModel {
  /// Greedy tokens after a prompt, by the plainest use of a reservation.
  func greedyTokens(after prompt: [TokenID], count: Int) async throws -> [TokenID] {
    try await greedyLeads(after: prompt, count: count).map(\.token)
  }

  /// The same, and by how much each token's logit led the runner-up's.
  func greedyLeads(
    after prompt: [TokenID], count: Int
  ) async throws -> [(token: TokenID, lead: Float)] {
    let reservation = try await reserve(sequences: 1, cells: prompt.count + count)
    var tokens: [(token: TokenID, lead: Float)] = []
    var input = prompt
    while tokens.count < count {
      let row = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(input))
      ])[0]
      let best = try argmax(row)
      let second = row.indices.reduce(-Float.infinity) {
        $1 == Int(best) ? $0 : Swift.max($0, row[$1])
      }
      tokens.append((best, row[Int(best)] - second))
      input = [best]
    }
    await reservation.release()
    return tokens
  }

  /// The answer to one user message.
  func answer(
    _ message: String, tokens: Int = 24, defense: DefenseSettings = .none
  ) async throws -> GenerationResult {
    try await Generation(
      model: self, messages: [.user(message)], defense: defense,
      options: GenerationOptions(maximumTokens: tokens)
    ).result()
  }
}

struct NoLogits: Error {}

/// The first of the largest logits.
func argmax(_ logits: [Float]) throws -> TokenID {
  guard let largest = logits.max(), let index = logits.firstIndex(of: largest) else {
    throw NoLogits()
  }
  return TokenID(index)
}

/// The largest difference of two rows, and the largest value of the first: to compare it with.
func difference(_ left: [Float], _ right: [Float]) -> (largest: Float, scale: Float) {
  guard left.count == right.count else { return (.infinity, 0) }
  return (
    zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }, left.reduce(0) { max($0, abs($1)) }
  )
}

extension Collection where Element: Comparable {
  /// The middle one when sorted.
  var median: Element? { isEmpty ? nil : sorted()[count / 2] }
}
