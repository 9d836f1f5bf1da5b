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
