import Foundation
import NIOHTTP1
package import RESTA
import Synchronization

/// A chat model behind an OpenAI-compatible `/chat/completions`.
///
/// Timeouts, broken connections, the statuses 408, 429 and 5xx, and bodies that are no chat
/// completion are tried again, with exponential pauses and at least as late as `Retry-After` asks;
/// other statuses are not. Redirects are not followed. Cancelling the task stops everything at once.
///
/// An endpoint that refuses `max_tokens` or a temperature of 0 by name is asked again at once with
/// `max_completion_tokens`, or without; that is remembered, and each reply says so.
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
  package let id: String

  private let settings: EndpointSettings
  private let key: EndpointKey?
  // Invariant: changes by what the endpoint refused only, each way once.
  private let dialect: Mutex<EndpointDialect>
  private let transport: EndpointTransport
  private let clock: EndpointClock
  private let pacer: RequestPacer
  private let limit: ConcurrencyLimit
  private let pause: RetryPause
  // Invariant: used under its lock only; the order of draws depends on timing, and decides no more
  // than that.
  private let generator: Mutex<any RandomNumberGenerator & Sendable>

  /// Makes a client; nothing is sent yet.
  package init(
    _ settings: EndpointSettings,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    generator: any RandomNumberGenerator & Sendable,
    clock: any Clock<Duration> = ContinuousClock()
  ) throws(EvaluationError) {
    try settings.validate()
    self.settings = settings
    id = settings.asked
    dialect = Mutex(EndpointDialect(settings))
    self.clock = EndpointClock(clock)
    self.generator = Mutex(generator)
    key = try EndpointKey(
      variable: settings.apiKeyVariable, header: settings.keyHeader, environment: environment)
    let url = try settings.address()
    transport = EndpointTransport(
      url: url, key: key, proxy: try EndpointProxy(environment: environment, for: url),
      timeout: settings.timeout, maximumBytes: settings.maximumResponseBytes)
    pacer = RequestPacer(requestsPerMinute: settings.requestsPerMinute, clock: self.clock)
    limit = ConcurrencyLimit(settings.concurrency)
    pause = RetryPause(first: settings.firstPause, longest: settings.longestPause)
  }

  /// Asks the model, again and again where that may help.
  package func complete(messages: [ChatMessage], maximumTokens: Int) async throws -> ChatReply {
    var attempt = 1
    while true {
      let dialect = dialect.withLock { $0 }
      let body = try ChatCompletion.body(
        settings, dialect, messages: messages, maximumTokens: maximumTokens)
      let failed: Attempt
      switch try await limit.run({ try await ask(body, about: messages) }) {
      case .success(var reply):
        if !dialect.changes.isEmpty { reply.asked = dialect.changes.joined(separator: ", ") }
        return reply
      case .failure(let error): failed = error
      }
      if let refusal = failed.refusal, let next = dialect.adapted(to: refusal, settings) {
        self.dialect.withLock { if $0 == dialect { $0 = next } }
        continue
      }
      guard failed.failure.isRetryable, attempt < settings.attempts else {
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
    /// What the endpoint says about a request that it does not take.
    var refusal: EndpointReport?
  }

  private func ask(
    _ body: [UInt8], about messages: [ChatMessage]
  ) async throws -> Result<ChatReply, Attempt> {
    try await pacer.wait()
    func quoted(_ words: String) -> String {
      Excerpt.of(key?.removed(from: words) ?? words, hiding: messages.map(\.content))
    }
    do {
      let response = try await transport.send(body)
      guard response.status == 200 else { return .failure(declined(response, quoted)) }
      return .success(try ChatCompletion.reply(in: response.body, quoting: quoted))
    } catch let failure as EndpointFailure {
      return .failure(Attempt(failure: failure))
    }
  }

  private func declined(_ response: EndpointResponse, _ quoted: (String) -> String) -> Attempt {
    let (status, headers) = (response.status, response.headers)
    if (300...399).contains(status), let place = headers.first(name: "Location") {
      return Attempt(failure: .redirected(status, to: settings.place(of: place)))
    }
    let report = EndpointReport(response.body)
    let failure = EndpointFailure.status(status, says: quoted(report.message))
    var attempt = Attempt(failure: failure)
    if [400, 422].contains(status) { attempt.refusal = report }
    guard failure.isRetryable, let seconds = RetryPause.requested(headers) else { return attempt }
    guard seconds <= settings.longestPause else {
      return Attempt(failure: .retryTooLate(status: status, seconds: seconds))
    }
    // The others would be turned away too.
    pacer.hold(for: .seconds(seconds))
    attempt.requestedPause = seconds
    return attempt
  }
}
