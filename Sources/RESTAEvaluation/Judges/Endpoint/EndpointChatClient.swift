import Foundation
package import RESTA
import Synchronization

/// A chat model behind an OpenAI-compatible `/chat/completions`.
///
/// Timeouts, broken connections, the statuses 408, 429 and 5xx, and bodies that are no chat
/// completion are tried again, with exponential pauses and at least as late as `Retry-After` asks;
/// other statuses are not. Redirects are not followed. Cancelling the task stops everything at once.
///
/// The API key is read once from the environment, goes into one header, and into no error, record or
/// description. Over `http` it travels in the clear.
///
/// ```swift
/// let client = try EndpointChatClient(
///   EndpointSettings(baseURL: "http://localhost:8000", model: "judge"), generator: generator)
/// let judge = ChatJudge(client: CachedChatClient(client, cache: cache))
/// ```
package final class EndpointChatClient: ChatClient {
  /// How an endpoint was used so far.
  package struct Usage: Sendable, Hashable, Codable {
    /// Attempts, the first ones included.
    package var attempts = 0
    /// Attempts after a failed one.
    package var retries = 0
    /// Questions without a reply in the end.
    package var failures = 0
  }

  /// The model's name.
  package let id: String

  private let settings: EndpointSettings
  private let transport: EndpointTransport
  private let clock: EndpointClock
  private let pacer: RequestPacer
  private let limit: ConcurrencyLimit
  private let pause: RetryPause
  // Invariant: used under its lock only; the order of draws depends on timing, and decides no more
  // than that.
  private let generator: Mutex<any RandomNumberGenerator & Sendable>
  // Invariant: no count falls.
  private let counts = Mutex(Usage())

  /// Makes a client; nothing is sent yet.
  package init(
    _ settings: EndpointSettings,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    generator: any RandomNumberGenerator & Sendable,
    clock: any Clock<Duration> = ContinuousClock(), id: String? = nil
  ) throws(EvaluationError) {
    try settings.validate()
    self.settings = settings
    self.id = id ?? settings.model
    self.clock = EndpointClock(clock)
    self.generator = Mutex(generator)
    transport = EndpointTransport(
      url: try settings.address(),
      key: try EndpointKey(variable: settings.apiKeyVariable, environment: environment),
      timeout: settings.timeout, maximumBytes: settings.maximumResponseBytes)
    pacer = RequestPacer(requestsPerMinute: settings.requestsPerMinute, clock: self.clock)
    limit = ConcurrencyLimit(settings.concurrency)
    pause = RetryPause(first: settings.firstPause, longest: settings.longestPause)
  }

  /// How the endpoint was used so far.
  package var usage: Usage { counts.withLock { $0 } }

  /// Asks the model, again and again where that may help.
  package func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> String {
    let body = try ChatCompletion.body(
      model: settings.model, messages: messages, maximumTokens: maximumTokens)
    var attempt = 1
    while true {
      let failed: Attempt
      switch try await limit.run({ try await ask(body, isRetry: attempt > 1) }) {
      case .success(let text): return text
      case .failure(let error): failed = error
      }
      guard failed.failure.isRetryable, attempt < settings.attempts else {
        counts.withLock { $0.failures += 1 }
        let count = attempt == 1 ? "1 attempt" : "\(attempt) attempts"
        throw EvaluationError(
          .judgeFailed, "The judge's endpoint gave \(failed.failure), after \(count).",
          cause: failed.failure)
      }
      let drawn = generator.withLock { pause.seconds(after: attempt, using: &$0) }
      try await clock.sleep(.seconds(max(drawn, failed.requestedPause)))
      attempt += 1
    }
  }

  /// A failed attempt, and what pause the server asked for.
  private struct Attempt: Error {
    var failure: EndpointFailure
    var requestedPause = 0.0
  }

  /// Asks once.
  private func ask(_ body: [UInt8], isRetry: Bool) async throws -> Result<String, Attempt> {
    try await pacer.wait()
    counts.withLock { counts in
      counts.attempts += 1
      counts.retries += isRetry ? 1 : 0
    }
    do {
      let response = try await transport.send(body)
      guard response.status == 200 else { return .failure(declined(response)) }
      return .success(try ChatCompletion.text(in: response.body))
    } catch let failure as EndpointFailure {
      return .failure(Attempt(failure: failure))
    }
  }

  private func declined(_ response: EndpointResponse) -> Attempt {
    let failure = EndpointFailure.status(response.status)
    guard failure.isRetryable,
      let seconds = response.retryAfter.flatMap({
        RetryPause.requested($0, date: response.date)
      })
    else { return Attempt(failure: failure) }
    guard seconds <= settings.longestPause else {
      return Attempt(failure: .retryTooLate(status: response.status, seconds: seconds))
    }
    // The others would be turned away too.
    pacer.hold(for: .seconds(seconds))
    return Attempt(failure: failure, requestedPause: seconds)
  }
}
