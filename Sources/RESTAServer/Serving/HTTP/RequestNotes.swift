import Logging
import RESTA
import Synchronization

/// What a request's log line says beside its path and status; filled in on the way.
final class RequestNotes: Sendable {
  private struct State {
    var client: String?
    var fields: Logger.Metadata = [:]
    var promptTokens = 0
    var answerTokens = 0
    var passes = 0
    var tokensProcessed = 0
    var answers = 0
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

  /// Counts a result.
  func add(_ result: GenerationResult) {
    state.withLock { state in
      state.answers += 1
      state.promptTokens = result.promptTokens
      state.answerTokens += result.tokenIDs.count
      state.passes += result.totals.passes
      state.tokensProcessed += result.totals.tokensProcessed
    }
  }

  /// All of it.
  var metadata: Logger.Metadata {
    state.withLock { state in
      var fields = state.fields
      if let client = state.client { fields["client"] = .string(client) }
      guard state.answers > 0 else { return fields }
      fields["answers"] = "\(state.answers)"
      fields["prompt_tokens"] = "\(state.promptTokens)"
      fields["answer_tokens"] = "\(state.answerTokens)"
      fields["passes"] = "\(state.passes)"
      fields["tokens_processed"] = "\(state.tokensProcessed)"
      return fields
    }
  }
}
