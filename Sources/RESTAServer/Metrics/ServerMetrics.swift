import CoreMetrics
import RESTA

/// What the server counts, for any backend of swift-metrics.
///
/// No label holds anything that a client chose: routes are the server's own names, reasons are codes
/// of ``APIError``.
struct ServerMetrics: Sendable {
  private let factory: any MetricsFactory
  private let running: Meter
  private let queued: Meter
  private let promptTokens: Counter
  private let answerTokens: Counter
  private let passes: Counter
  private let tokensProcessed: Counter
  private let votes: [VoteOutcome: Counter]
  private let margin: Recorder
  private let queueTime: Timer
  private let firstTokenTime: Timer

  /// Makes the metrics; those without a route or a reason start at 0.
  ///
  /// - Parameter factory: The backend, such as a ``PrometheusMetrics``.
  init(factory: any MetricsFactory) {
    self.factory = factory
    running = Meter(label: Name.running, factory: factory)
    queued = Meter(label: Name.queued, factory: factory)
    promptTokens = Counter(label: Name.promptTokens, factory: factory)
    answerTokens = Counter(label: Name.answerTokens, factory: factory)
    passes = Counter(label: Name.passes, factory: factory)
    tokensProcessed = Counter(label: Name.tokensProcessed, factory: factory)
    votes = Dictionary(
      uniqueKeysWithValues: VoteOutcome.allCases.map {
        ($0, Counter(label: Name.votes, dimensions: [("outcome", $0.rawValue)], factory: factory))
      })
    margin = Recorder(label: Name.margin, factory: factory)
    queueTime = Timer(label: Name.queueTime, factory: factory)
    firstTokenTime = Timer(label: Name.firstTokenTime, factory: factory)
  }

  /// How many generations run and how many wait.
  ///
  /// - Parameters:
  ///   - running: In the engine.
  ///   - queued: Waiting for their turn.
  func admissionChanged(running: Int, queued: Int) {
    self.running.set(running)
    self.queued.set(queued)
  }

  /// A request left the queue.
  ///
  /// - Parameter seconds: How long it waited.
  func leftQueue(seconds: Double) { queueTime.recordSeconds(seconds) }

  /// A request was answered, well or not.
  ///
  /// - Parameters:
  ///   - route: The route's pattern, never the path that was asked for.
  ///   - status: The HTTP status; for a stream that of its head.
  ///   - seconds: From reading the request to the last byte of the reply.
  func requestEnded(route: String, status: Int, seconds: Double) {
    Counter(
      label: Name.requests, dimensions: [("route", route), ("status", "\(status)")],
      factory: factory
    ).increment()
    Timer(label: Name.requestTime, dimensions: [("route", route)], factory: factory)
      .recordSeconds(seconds)
  }

  /// A request was refused.
  ///
  /// - Parameter error: Why.
  func requestRejected(_ error: APIError) {
    Counter(
      label: Name.rejected, dimensions: [("reason", error.code ?? error.type)], factory: factory
    ).increment()
  }

  /// An answer was generated to its end.
  ///
  /// - Parameter result: The answer; each of a request's choices counts its prompt.
  func record(result: GenerationResult) {
    promptTokens.increment(by: result.promptTokens)
    answerTokens.increment(by: result.tokenIDs.count)
    passes.increment(by: result.totals.passes)
    tokensProcessed.increment(by: result.totals.tokensProcessed)
    if let seconds = result.totals.firstTokenSeconds { firstTokenTime.recordSeconds(seconds) }
    for vote in result.votes {
      votes[VoteOutcome(vote, samples: result.settings.defense.samples)]?.increment()
      margin.record(vote.margin)
    }
  }
}
