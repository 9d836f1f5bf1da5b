import RESTA

/// What the server counts.
///
/// No label holds anything that a client chose: routes are the server's own names, reasons are codes of ``APIError``.
///
/// How often copies were asked and how they voted is shown where the operator says so only: what one
/// answer adds to it are that answer's margins.
struct ServerMetrics: Sendable {
  let prometheus = PrometheusMetrics()
  private let showsMargins: Bool

  /// Metrics without a route or a reason start at 0.
  init(showsMargins: Bool) {
    self.showsMargins = showsMargins
    for family in [
      MetricFamily.running, .queued, .promptTokens, .answerTokens, .queueTime, .firstTokenTime,
    ] { prometheus.start(family) }
    guard showsMargins else { return }
    for family in [MetricFamily.passes, .tokensProcessed, .margin] { prometheus.start(family) }
    for outcome in VoteOutcome.allCases {
      prometheus.start(.votes, [("outcome", outcome.rawValue)])
    }
  }

  /// How many generations are in the engine, and how many wait for their turn.
  func admissionChanged(running: Int, queued: Int) {
    prometheus.set(.running, to: Double(running))
    prometheus.set(.queued, to: Double(queued))
  }

  /// A request left the queue after it waited so long.
  func leftQueue(seconds: Double) { prometheus.observe(seconds, in: .queueTime) }

  /// A request was answered, well or not: to the last byte of the reply, under its route's pattern and
  /// never the path that was asked for.
  func requestEnded(route: String, status: Int, seconds: Double) {
    prometheus.add(1, to: .requests, [("route", route), ("status", "\(status)")])
    prometheus.observe(seconds, in: .requestTime, [("route", route)])
  }

  func requestRejected(_ error: APIError) {
    prometheus.add(1, to: .rejected, [("reason", error.code ?? error.type)])
  }

  /// An answer was generated to its end; each of a request's choices counts its prompt.
  func record(result: GenerationResult) {
    prometheus.add(Double(result.promptTokens), to: .promptTokens)
    prometheus.add(Double(result.tokenIDs.count), to: .answerTokens)
    if let seconds = result.totals.firstTokenSeconds {
      prometheus.observe(seconds, in: .firstTokenTime)
    }
    guard showsMargins else { return }
    prometheus.add(Double(result.totals.passes), to: .passes)
    prometheus.add(Double(result.totals.tokensProcessed), to: .tokensProcessed)
    let samples = result.settings.defense.samples
    // One copy alone has nobody to agree with, and no margin.
    for vote in result.votes where samples > 1 {
      let outcome = VoteOutcome(vote, samples: samples)
      prometheus.add(1, to: .votes, [("outcome", outcome.rawValue)])
      prometheus.observe(Double(vote.margin), in: .margin)
    }
  }
}

extension MetricFamily {
  static let requests = MetricFamily(
    "resta_requests_total", .counter, "Requests that were answered, by route and status.")
  static let rejected = MetricFamily(
    "resta_rejected_total", .counter, "Requests that were refused, by reason.")
  static let running = MetricFamily("resta_running", .gauge, "Generations in the engine.")
  static let queued = MetricFamily(
    "resta_queued", .gauge, "Generations that wait for the engine.")
  static let promptTokens = MetricFamily(
    "resta_prompt_tokens_total", .counter, "Tokens of prompts, once for each choice.")
  static let answerTokens = MetricFamily(
    "resta_answer_tokens_total", .counter, "Tokens of answers.")
  static let passes = MetricFamily("resta_passes_total", .counter, "Forward passes.")
  static let tokensProcessed = MetricFamily(
    "resta_tokens_processed_total", .counter,
    "Positions computed in forward passes, over all sequences.")
  static let votes = MetricFamily(
    "resta_votes_total", .counter,
    "Votes of several copies by outcome: unanimous (all agreed), early (decided before all were "
      + "asked), majority, tie (broken by the tie rule), abstained.")
  static let margin = MetricFamily(
    "resta_vote_margin", .histogram, buckets: [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100],
    "Votes for the chosen token less those for the best other one; 0 in a tie.")
  static let requestTime = MetricFamily(
    "resta_request_seconds", .histogram, buckets: seconds,
    "From reading a request to the end of its reply, by route.")
  static let queueTime = MetricFamily(
    "resta_queue_seconds", .histogram, buckets: seconds,
    "Time that requests waited for the engine.")
  static let firstTokenTime = MetricFamily(
    "resta_first_token_seconds", .histogram, buckets: seconds,
    "From the start of an answer to its first token; waiting for a place is not in it.")
}

/// How a vote went.
enum VoteOutcome: String, Sendable, Hashable, CaseIterable {
  /// All k copies were asked and agreed.
  case unanimous
  /// Decided, or ended by the lead rule, before all k copies were asked.
  case early
  /// All were asked, and most of them won.
  case majority
  /// A tie, broken by the tie rule.
  case tie
  /// A tie that ended the answer.
  case abstained

  init(_ vote: VoteRecord, samples: Int) {
    self =
      if vote.tokenID == nil {
        .abstained
      } else if vote.tieBreak != nil {
        .tie
      } else if vote.asked < samples {
        .early
      } else {
        vote.isUnanimous ? .unanimous : .majority
      }
  }
}
