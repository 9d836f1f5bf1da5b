import RESTA
import Synchronization

/// One server: how busy it is, whether it answers, and whether it still is who it was.
final class Upstream: Sendable {
  private struct State {
    var running = 0
    /// How many generations are at it, with a request under way or without.
    var generations = 0
    /// Until when it is left alone, on the clock.
    var restsUntil: Duration?
    /// When it last sent something.
    var heard: Duration?
    /// What it answers to the probe, from the start on.
    var fingerprint: [StreamedPrediction]?
    var check: Task<Void, any Error>?
  }

  let connection: VLLMConnection
  private let started = ContinuousClock.now
  // Invariant: `running` counts the requests that are under way.
  private let state = Mutex(State())

  init(_ connection: VLLMConnection) { self.connection = connection }

  private var now: Duration { started.duration(to: .now) }

  /// How busy it is: requests count, and of what has just begun, and has none yet, that it is here.
  var load: (running: Int, generations: Int) { state.withLock { ($0.running, $0.generations) } }

  /// A generation comes (1) or goes (-1).
  func count(generations change: Int) { state.withLock { $0.generations += change } }

  /// Whether it is left alone for now.
  var rests: Bool {
    let now = now
    return state.withLock { $0.restsUntil.map { $0 > now } ?? false }
  }

  /// Counts a request while it is under way.
  func counted<Value>(_ work: () async throws -> Value) async rethrows -> Value {
    state.withLock { $0.running += 1 }
    defer { state.withLock { $0.running -= 1 } }
    return try await work()
  }

  func hear() {
    let now = now
    state.withLock { state in
      state.heard = now
      state.restsUntil = nil
    }
  }

  /// It failed, and is left alone for a while; who it is has to be seen again.
  func fail(_ failure: VLLMFailure, pause: Double) {
    let until = now + .seconds(pause)
    state.withLock { state in
      state.restsUntil = until
      if failure.isSuspicious { state.heard = nil }
    }
  }

  func remember(_ fingerprint: [StreamedPrediction]) {
    state.withLock { $0.fingerprint = fingerprint }
    hear()
  }

  /// Sees to it that it is who it was, where it may have been restarted since it was heard last.
  ///
  /// Requests that come at the same time share one question.
  func verify(trust: Double, probe: @escaping @Sendable () async throws -> [StreamedPrediction])
    async throws
  {
    let now = now
    let check: Task<Void, any Error>? = state.withLock { state in
      if let check = state.check { return check }
      guard let expected = state.fingerprint else { return nil }
      if let heard = state.heard, now - heard < .seconds(trust) { return nil }
      let check = Task {
        defer { self.state.withLock { $0.check = nil } }
        guard Fingerprint.areAlike(try await probe(), expected) else {
          throw VLLMFailure.otherWeights
        }
        self.hear()
      }
      state.check = check
      return check
    }
    guard let check else { return }
    // Its end is not this request's: others wait for it too. A stream, for whoever waits for a task's
    // value waits on when cancelled.
    let (end, waiting) = AsyncThrowingStream<Void, any Error>.makeStream()
    Task {
      switch await check.result {
      case .success: waiting.finish()
      case .failure(let error): waiting.finish(throwing: error)
      }
    }
    for try await _ in end {}
    try Task.checkCancellation()
  }
}

/// What tells one set of weights from another: greedy tokens with their log-probabilities.
enum Fingerprint {
  /// By how much a log-probability may differ with the shape of a batch, in nats.
  static let tolerance = 0.1

  /// Whether two answers to the same prompt are of the same weights.
  ///
  /// They may part at a near-tie, where each lists the other's token as nearly as likely.
  static func areAlike(_ first: [StreamedPrediction], _ second: [StreamedPrediction]) -> Bool {
    guard !first.isEmpty, first.count == second.count else { return false }
    for (one, other) in zip(first, second) {
      guard let own = one.logProbability(of: one.token),
        let its = other.logProbability(of: one.token), abs(own - its) <= tolerance
      else { return false }
      if one.token != other.token {
        guard let likeliest = one.logProbability(of: other.token) else { return false }
        return own - likeliest <= tolerance
      }
    }
    return true
  }
}

struct UpstreamPool: Sendable {
  let upstreams: [Upstream]

  /// The one with the least to do of those that answer (of all, where none does), `avoided` last: it just failed.
  func choose(avoiding avoided: Upstream? = nil) -> Upstream {
    let ready = upstreams.filter { !$0.rests && $0 !== avoided }
    let others = upstreams.filter { $0 !== avoided }
    let candidates = ready.isEmpty ? (others.isEmpty ? upstreams : others) : ready
    return candidates.min { $0.load < $1.load } ?? upstreams[0]
  }
}
