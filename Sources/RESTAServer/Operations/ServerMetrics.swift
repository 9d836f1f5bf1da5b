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

extension ServerMetrics {
  /// The labels of the metrics; Prometheus' conventions, which other backends take as they are.
  enum Name {
    static let requests = "resta_requests_total"
    static let rejected = "resta_rejected_total"
    static let running = "resta_running"
    static let queued = "resta_queued"
    static let promptTokens = "resta_prompt_tokens_total"
    static let answerTokens = "resta_answer_tokens_total"
    static let passes = "resta_passes_total"
    static let tokensProcessed = "resta_tokens_processed_total"
    static let votes = "resta_votes_total"
    static let margin = "resta_vote_margin"
    static let requestTime = "resta_request_seconds"
    static let queueTime = "resta_queue_seconds"
    static let firstTokenTime = "resta_first_token_seconds"
  }
}

extension PrometheusMetrics {
  /// Help and buckets of the server's own metrics.
  static let serverDescriptions: [String: Description] = [
    ServerMetrics.Name.requests: .init(help: "Requests that were answered, by route and status."),
    ServerMetrics.Name.rejected: .init(help: "Requests that were refused, by reason."),
    ServerMetrics.Name.running: .init(help: "Generations in the engine."),
    ServerMetrics.Name.queued: .init(help: "Generations that wait for the engine."),
    ServerMetrics.Name.promptTokens: .init(help: "Tokens of prompts, once for each choice."),
    ServerMetrics.Name.answerTokens: .init(help: "Tokens of answers."),
    ServerMetrics.Name.passes: .init(help: "Forward passes."),
    ServerMetrics.Name.tokensProcessed: .init(
      help: "Positions computed in forward passes, over all sequences."),
    ServerMetrics.Name.votes: .init(
      help: """
        Votes by outcome: unanimous (all copies agreed), early (decided before all were asked), \
        majority, tie (broken by the tie rule), abstained.
        """),
    ServerMetrics.Name.margin: .init(
      help: "Votes for the chosen token less those for the best other one; 0 in a tie.",
      buckets: [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100]),
    ServerMetrics.Name.requestTime: .init(
      help: "From reading a request to the end of its reply, by route."),
    ServerMetrics.Name.queueTime: .init(help: "Time that requests waited for the engine."),
    ServerMetrics.Name.firstTokenTime: .init(
      help: "From the start of an answer to its first token; waiting for a place is not in it."),
  ]
}

/// How a vote went.
enum VoteOutcome: String, Sendable, Hashable, CaseIterable {
  /// All k copies were asked and agreed.
  case unanimous
  /// Decided before all k copies were asked.
  case early
  /// All were asked, and most of them won.
  case majority
  /// A tie, broken by the tie rule.
  case tie
  /// A tie that ended the answer.
  case abstained

  /// Reads a vote's record.
  ///
  /// - Parameters:
  ///   - vote: The record.
  ///   - samples: k.
  init(_ vote: VoteRecord, samples: Int) {
    self =
      if vote.tokenID == nil {
        .abstained
      } else if vote.tieBreak != nil {
        .tie
      } else if vote.asked < samples {
        .early
      } else {
        vote.counts.count == 1 ? .unanimous : .majority
      }
  }
}
