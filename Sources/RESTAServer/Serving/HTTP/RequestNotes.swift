import Logging
import RESTA
import Synchronization

/// What a request's log line says beside its path and status; filled in on the way.
final class RequestNotes: Sendable {
  private struct State {
    var client: String?
    var fields: Logger.Metadata = [:]
    var promptTokens = 0
    var passes = 0
    var tokensProcessed = 0
    /// The length of each answer that is complete, by its index.
    var answers: [Int: Int] = [:]
  }

  private let state = Mutex(State())

  /// Whose key the request came with.
  var client: String? {
    get { state.withLock { $0.client } }
    set { state.withLock { $0.client = newValue } }
  }

  /// Adds a field.
  func add(_ key: String, _ value: String) {
    state.withLock { $0.fields[key] = .string(value) }
  }

  /// Adds the prompts, where the operator wants them logged.
  func addText(_ batch: AnswerBatch) {
    let choices = batch.answer.choices
    for (index, generation) in batch.generations.enumerated() where index % choices == 0 {
      add("prompt_\(index / choices)", generation.prompt.rendered.text)
    }
  }

  /// The lengths of so many answers, by index; `nil` while some are missing.
  func answerLengths(of count: Int) -> [Int]? {
    let answers = state.withLock { $0.answers }
    return answers.count == count ? answers.sorted { $0.key < $1.key }.map(\.value) : nil
  }

  /// Counts a result.
  func add(_ result: GenerationResult, at index: Int) {
    state.withLock { state in
      state.answers[index] = result.tokenIDs.count
      state.promptTokens = result.promptTokens
      state.passes += result.totals.passes
      state.tokensProcessed += result.totals.tokensProcessed
    }
  }

  /// All of it.
  var metadata: Logger.Metadata {
    state.withLock { state in
      var fields = state.fields
      if let client = state.client { fields["client"] = .string(client) }
      guard !state.answers.isEmpty else { return fields }
      fields["answers"] = "\(state.answers.count)"
      fields["prompt_tokens"] = "\(state.promptTokens)"
      fields["answer_tokens"] = "\(state.answers.values.reduce(0, +))"
      fields["passes"] = "\(state.passes)"
      fields["tokens_processed"] = "\(state.tokensProcessed)"
      return fields
    }
  }
}
