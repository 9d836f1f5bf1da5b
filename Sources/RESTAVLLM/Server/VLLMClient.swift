import Foundation
import RESTA
import RESTADocuments
import Synchronization

/// Asks the servers of a model, again and again where that may help.
struct VLLMClient: Sendable {
  let settings: VLLMSettings
  let pool: UpstreamPool
  /// Tokens that end an answer.
  let endings: [TokenID]
  let limit: ConcurrencyLimit
  let rows: @Sendable ([TokenID]) throws -> EmbeddingMatrix
  /// What the servers' greedy tokens are asked for: who they are.
  let probe: [TokenID]

  /// Where one generation's requests go, and what they sent.
  final class Session: PredictionStreams {
    let client: VLLMClient
    private let salt: String
    // Invariant: one of the pool's.
    private let upstream: Mutex<Upstream>
    private let sent = Mutex(0)

    init(_ client: VLLMClient, salt: String) {
      self.client = client
      self.salt = salt
      let upstream = client.pool.choose()
      upstream.count(generations: 1)
      self.upstream = Mutex(upstream)
    }

    deinit { upstream.withLock { $0.count(generations: -1) } }

    var uploadedBytes: Int { sent.withLock { $0 } }

    func predict(
      _ request: PredictionRequest, receive: @escaping @Sendable (StreamedPrediction) -> Void
    ) async throws {
      // A greedy continuation is the same each time, so what breaks goes on where it broke.
      var rest = request
      try await attempt(isIdempotent: { rest.sampling.temperature == 0 }) { upstream in
        let done = rest.answer.count - request.answer.count
        guard done < request.maximumTokens else { return }
        rest.maximumTokens = request.maximumTokens - done
        let body = try self.body(VLLMRequest(rest, self.client, salt: self.salt))
        var isComplete = false
        do {
          try await upstream.connection.stream("/v1/completions", body) { data in
            upstream.hear()
            let reply = try CompletionReply(data, listing: rest.listed)
            for prediction in reply.predictions {
              guard rest.answer.count - request.answer.count < request.maximumTokens else {
                throw VLLMFailure.malformed("more tokens than were asked for")
              }
              rest.answer.append(prediction.token)
              receive(prediction)
            }
            isComplete = isComplete || reply.ending != nil
          }
        } catch is VLLMFailure where isComplete {}
      } progress: {
        rest.answer.count
      }
    }

    func logProbability(of token: TokenID, in request: PredictionRequest) async throws -> Double {
      let completion = VLLMRequest(forcing: token, in: request, client, salt: salt)
      return try await answer(completion) { try $0.logProbability(of: token) }
    }

    /// What is read of the whole reply to a request that is not streamed.
    func answer<Value: Sendable>(
      _ completion: VLLMRequest, read: (CompletionReply) throws -> Value
    ) async throws -> Value {
      let body = try body(completion)
      return try await attempt(isIdempotent: { true }) { upstream in
        let value = try await upstream.connection.ask("/v1/completions", body)
        return try read(CompletionReply(value, listing: completion.request.listed))
      } progress: {
        0
      }
    }

    private func body(_ completion: VLLMRequest) throws -> [UInt8] {
      let body = try completion.body(client.settings.number, rowsOf: client.rows)
      sent.withLock { $0 += body.count }
      return body
    }

    /// Does something at a server, and again at it or another where that may help.
    private func attempt<Value: Sendable>(
      isIdempotent: () -> Bool, _ work: (Upstream) async throws -> Value, progress: () -> Int
    ) async throws -> Value {
      var failures = 0
      var reached = progress()
      while true {
        let upstream = upstream.withLock { $0 }
        do {
          return try await client.limit.run {
            try await upstream.counted {
              try await client.verify(upstream)
              let value = try await work(upstream)
              upstream.hear()
              return value
            }
          }
        } catch let failure as VLLMFailure {
          try Task.checkCancellation()
          failures = progress() > reached ? 1 : failures + 1
          let mayResume = isIdempotent() || progress() == reached
          reached = progress()
          let next = client.pool.choose(avoiding: upstream)
          // Somebody has to mend it, and until then the least busy one would draw the requests.
          let pause =
            failure.blamesServer
            ? client.settings.longestPause
            : max(failure.pause, client.settings.firstPause * Double(1 << min(failures - 1, 5)))
          if failure.blamesServer || failure.isRetryable { upstream.fail(failure, pause: pause) }
          let isElsewhere = next !== upstream && !next.rests
          let helps = failure.blamesServer ? isElsewhere : failure.isRetryable
          guard helps, mayResume, failures < client.settings.attempts,
            isElsewhere || failure.pause <= client.settings.longestPause
          else { throw failure.explained(at: upstream, attempts: failures) }
          self.upstream.withLock { current in
            guard current === upstream else { return }
            current.count(generations: -1)
            next.count(generations: 1)
            current = next
          }
          if next.rests || next === upstream { try await Task.sleep(for: .seconds(pause)) }
        }
      }
    }
  }

  /// Greedy tokens with log-probabilities, of one server, asked once.
  func greedy(
    _ prompt: PredictionRequest.Prompt, at upstream: Upstream
  ) async throws -> [StreamedPrediction] {
    var request = PredictionRequest(prompt: prompt, answer: [], maximumTokens: 4)
    request.listed = 5
    request.stopsAtEnd = false
    var completion = VLLMRequest(request, self, salt: "resta-probe")
    completion.isStreamed = false
    return try await ask(completion, at: upstream).predictions
  }

  /// ln p of a token as a continuation, of one server, asked once.
  func logProbability(
    of token: TokenID, in request: PredictionRequest, at upstream: Upstream
  ) async throws -> Double {
    let completion = VLLMRequest(forcing: token, in: request, self, salt: "resta-probe")
    return try await ask(completion, at: upstream).logProbability(of: token)
  }

  private func ask(
    _ completion: VLLMRequest, at upstream: Upstream
  ) async throws -> CompletionReply {
    let body = try completion.body(settings.number, rowsOf: rows)
    let value = try await upstream.connection.ask("/v1/completions", body)
    return try CompletionReply(value, listing: completion.request.listed)
  }

  private func verify(_ upstream: Upstream) async throws {
    try await upstream.verify(trust: settings.trust) {
      try await greedy(.tokens(probe), at: upstream)
    }
  }
}

extension VLLMRequest {
  init(_ request: PredictionRequest, _ client: VLLMClient, salt: String) {
    self.init(
      model: client.settings.model, salt: salt, endings: client.endings, request: request)
  }

  /// Asks for the log-probability of one token, the only one that may come.
  init(
    forcing token: TokenID, in request: PredictionRequest, _ client: VLLMClient, salt: String
  ) {
    self.init(request, client, salt: salt)
    forced = token
    isStreamed = false
    self.request.maximumTokens = 1
    self.request.listed = 0
  }
}

extension CompletionReply {
  /// That of a token that alone was allowed.
  func logProbability(of token: TokenID) throws(VLLMFailure) -> Double {
    guard let first = predictions.first, first.token == token,
      let value = first.logProbabilities?.logProbability
    else { throw .malformed("another token than the one allowed") }
    return value
  }
}

extension VLLMFailure {
  /// The failure as the library throws it; `isQuoted` where the server was sent nothing that its words could repeat.
  func explained(at upstream: Upstream, attempts: Int, isQuoted: Bool = false) -> RESTAError {
    let place = upstream.connection.url.absoluteString
    let count = attempts > 1 ? ", after \(attempts) attempts" : ""
    let said = isQuoted ? words.map { " (it says: '\($0)')" } ?? "" : ""
    return RESTAError(
      .engineFailed, "The vLLM server at \(place) failed: \(self)\(said)\(count).",
      sensitiveDetail: isQuoted ? nil : words, cause: self)
  }
}
