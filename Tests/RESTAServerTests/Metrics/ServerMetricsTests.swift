import Testing

@testable import RESTA
@testable import RESTAServer

@Suite("Server metrics")
struct ServerMetricsTests {
  private static func vote(
    _ counts: [Int], token: TokenID? = 0, margin: Int, tie: TieBreak? = nil
  ) -> VoteRecord {
    VoteRecord(
      position: 0, tokenID: token,
      counts: counts.enumerated().map { .init(tokenID: TokenID($0.offset), count: $0.element) },
      asked: counts.reduce(0, +), margin: margin, tieBreak: tie)
  }

  private static func result(samples: Int, votes: [VoteRecord]) -> GenerationResult {
    var totals = GenerationTotals()
    totals.passes = 7
    totals.tokensProcessed = 130
    return GenerationResult(
      text: "abc", tokenIDs: [1, 2, 3], stopReason: .endOfGeneration, promptTokens: 11,
      defusedControlText: false,
      settings: EffectiveSettings(
        defense: DefenseSettings(samples: samples, seed: 1), calibration: .none, sigmaAbsolute: 1,
        perturbedTokens: 4,
        samplingSeed: 2, decoder: .fast),
      votes: votes, totals: totals)
  }

  private static func read(
    margins: Bool = true, _ body: (ServerMetrics) -> Void
  ) throws -> ExpositionReader {
    let metrics = ServerMetrics(showsMargins: margins)
    body(metrics)
    return try ExpositionReader(metrics.prometheus.exposition())
  }

  @Test(
    "tell how each vote went",
    arguments: [
      (vote([10], margin: 10), .unanimous), (vote([6], margin: 6), .early),
      // Two tokens that end the answer; a token that no copy wanted.
      (vote([6, 4], margin: 10), .unanimous), (vote([10], token: 1, margin: -10), .majority),
      (vote([6, 1], margin: 5), .early), (vote([6, 4], margin: 2), .majority),
      (vote([5, 5], margin: 0, tie: .logProbability), .tie),
      (vote([5, 5], margin: 0, tie: .tokenID), .tie),
      (vote([5, 5], token: nil, margin: 0, tie: .abstained), .abstained),
      // What the mean of the logits chose, against the votes.
      (vote([6, 4], token: 1, margin: -2), .majority),
    ] as [(VoteRecord, VoteOutcome)])
  func outcomes(vote: VoteRecord, outcome: VoteOutcome) throws {
    #expect(VoteOutcome(vote, samples: 10) == outcome)
    let read = try Self.read { $0.record(result: Self.result(samples: 10, votes: [vote])) }
    for other in VoteOutcome.allCases {
      let count = read.value("resta_votes_total", ["outcome": other.rawValue])
      #expect(count == (other == outcome ? 1 : 0))
    }
    #expect(read.value("resta_vote_margin_sum") == Double(vote.margin))
    #expect(read.value("resta_vote_margin_bucket", ["le": "0"]) == (vote.margin <= 0 ? 1 : 0))
  }

  @Test("count no votes of one copy alone, which agrees with nobody")
  func oneCopy() throws {
    let read = try Self.read {
      $0.record(result: Self.result(samples: 1, votes: [Self.vote([1], margin: 1)]))
    }
    for outcome in VoteOutcome.allCases {
      #expect(read.value("resta_votes_total", ["outcome": outcome.rawValue]) == 0)
    }
    #expect(read.value("resta_vote_margin_count") == 0)
    #expect(read.value("resta_passes_total") == 7)
  }

  @Test("add up what answers cost")
  func costs() throws {
    let read = try Self.read { metrics in
      for _ in 0..<2 { metrics.record(result: Self.result(samples: 10, votes: [])) }
    }
    #expect(read.value("resta_prompt_tokens_total") == 22)
    #expect(read.value("resta_answer_tokens_total") == 6)
    #expect(read.value("resta_passes_total") == 14)
    #expect(read.value("resta_tokens_processed_total") == 260)
  }

  @Test("count requests by route and status, and refusals by reason")
  func requests() throws {
    let read = try Self.read { metrics in
      metrics.requestEnded(route: "/v1/models/{id}", status: 200, seconds: 0.004)
      metrics.requestEnded(route: "/v1/models/{id}", status: 404, seconds: 0.2)
      metrics.requestEnded(route: "/health", status: 200, seconds: 0.0001)
      metrics.requestRejected(.invalid("too long", code: "context_length_exceeded"))
      metrics.requestRejected(.invalid("wrong"))
      metrics.leftQueue(seconds: 1.5)
      metrics.admissionChanged(running: 4, queued: 9)
      metrics.admissionChanged(running: 3, queued: 0)
    }
    let route = "/v1/models/{id}"
    #expect(read.value("resta_requests_total", ["route": route, "status": "200"]) == 1)
    #expect(read.value("resta_requests_total", ["route": route, "status": "404"]) == 1)
    #expect(read.value("resta_request_seconds_bucket", ["route": route, "le": "0.005"]) == 1)
    #expect(read.value("resta_request_seconds_count", ["route": route]) == 2)
    #expect(read.value("resta_rejected_total", ["reason": "context_length_exceeded"]) == 1)
    #expect(read.value("resta_rejected_total", ["reason": "invalid_request_error"]) == 1)
    #expect(read.value("resta_queue_seconds_sum") == 1.5)
    #expect(read.value("resta_running") == 3)
    #expect(read.value("resta_queued") == 0)
  }

  @Test("show nothing that depends on margins unless the operator says so")
  func withoutMargins() throws {
    var texts: Set<String> = []
    for (votes, passes) in [
      ([Self.vote([10], margin: 10)], 3), ([Self.vote([5, 5], margin: 0)], 9),
    ] {
      var result = Self.result(samples: 10, votes: votes)
      result.totals.passes = passes
      result.totals.tokensProcessed = 10 * passes
      let metrics = ServerMetrics(showsMargins: false)
      metrics.record(result: result)
      texts.insert(metrics.prometheus.exposition())
    }
    #expect(texts.count == 1)
    #expect(texts.first?.contains("resta_answer_tokens_total 3") == true)
  }

  @Test("start at 0, described, under RESTA's names")
  func names() throws {
    let read = try Self.read { _ in }
    #expect(read.value("resta_votes_total", ["outcome": "early"]) == 0)
    #expect(read.value("resta_passes_total") == 0)
    #expect(read.value("resta_first_token_seconds_count") == 0)
    for name in read.types.keys where name != PrometheusMetrics.dropped.name {
      #expect(name.hasPrefix("resta_"))
      #expect(read.help[name]?.hasSuffix(".") == true, "\(name)")
    }
    #expect(read.types["resta_request_seconds"] == nil)
    #expect(read.types.count == 11)
  }
}
