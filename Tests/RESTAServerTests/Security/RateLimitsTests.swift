import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Rate limits")
struct RateLimitsTests {
  @Test("counts down requests and tokens, and says what is left")
  func headers() {
    let limits = RateLimits(requestsPerMinute: 3, tokensPerMinute: 100)
    let decision = limits.admit("a", tokens: 40, now: .zero)
    #expect(decision.refusal == nil)
    #expect(
      decision.headers.map { "\($0.0): \($0.1)" } == [
        "x-ratelimit-limit-requests: 3", "x-ratelimit-remaining-requests: 2",
        "x-ratelimit-reset-requests: 20s", "x-ratelimit-limit-tokens: 100",
        "x-ratelimit-remaining-tokens: 60", "x-ratelimit-reset-tokens: 24s",
      ])
  }

  @Test("admits everything, without headers, where there are no limits")
  func unlimited() {
    let limits = RateLimits(requestsPerMinute: nil, tokensPerMinute: nil)
    for _ in 0..<100 {
      let decision = limits.admit("a", tokens: .max, now: .zero)
      #expect(decision.refusal == nil)
      #expect(decision.headers.isEmpty)
    }
  }

  @Test("refuses the request too many, and admits it after the time it names")
  func requests() throws {
    let limits = RateLimits(requestsPerMinute: 2, tokensPerMinute: nil)
    for _ in 0..<2 { #expect(limits.admit("a", tokens: 5, now: .zero).refusal == nil) }
    let refusal = try #require(limits.admit("a", tokens: 5, now: .seconds(1)).refusal)
    #expect(refusal.status == 429)
    #expect(refusal.type == "requests")
    #expect(refusal.code == "rate_limit_exceeded")
    #expect(refusal.retryAfter == 29)
    #expect(limits.admit("a", tokens: 5, now: .seconds(29)).refusal?.retryAfter == 1)
    #expect(limits.admit("a", tokens: 5, now: .seconds(30)).refusal == nil)
    #expect(limits.admit("a", tokens: 5, now: .seconds(30)).refusal != nil)
  }

  @Test("keeps the keys apart")
  func keys() {
    let limits = RateLimits(requestsPerMinute: 1, tokensPerMinute: nil)
    #expect(limits.admit("a", tokens: 0, now: .zero).refusal == nil)
    #expect(limits.admit("b", tokens: 0, now: .zero).refusal == nil)
    #expect(limits.admit("a", tokens: 0, now: .zero).refusal != nil)
  }

  @Test("takes neither a request nor tokens from a refused request")
  func nothingTaken() {
    let limits = RateLimits(requestsPerMinute: 10, tokensPerMinute: 100)
    #expect(limits.admit("a", tokens: 80, now: .zero).refusal == nil)
    for _ in 0..<20 {
      let refused = limits.admit("a", tokens: 30, now: .zero)
      #expect(refused.refusal?.type == "tokens")
      #expect(refused.requests?.remaining == 9)
      #expect(refused.tokens?.remaining == 20)
    }
    #expect(limits.admit("a", tokens: 20, now: .zero).refusal == nil)
  }

  @Test("gives back what was not used")
  func refund() {
    let limits = RateLimits(requestsPerMinute: nil, tokensPerMinute: 100)
    #expect(limits.admit("a", tokens: 100, now: .zero).refusal == nil)
    limits.refund("a", tokens: 70, now: .zero)
    limits.refund("b", tokens: 70, now: .zero)
    #expect(limits.admit("a", tokens: 71, now: .zero).refusal?.type == "tokens")
    #expect(limits.admit("a", tokens: 70, now: .zero).tokens?.remaining == 0)
  }

  @Test("says that a request beyond the capacity can never pass, and when not to ask again")
  func never() throws {
    let limits = RateLimits(requestsPerMinute: 5, tokensPerMinute: 100)
    let decision = limits.admit("a", tokens: 101, now: .zero)
    let refusal = try #require(decision.refusal)
    #expect(refusal.status == 400)
    #expect(refusal.code == "request_exceeds_rate_limit")
    #expect(refusal.retryAfter == nil)
    #expect(refusal.message.contains("101"))
    #expect(refusal.message.contains("100"))
    #expect(decision.requests?.remaining == 5)
  }

  @Test("admits no more than the limits allow, and keeps every promise to try again")
  func property() {
    for seed in 0..<200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let requestLimit = generator.integer(in: 1...40)
      let tokenLimit = generator.integer(in: 1...3000)
      let limits = RateLimits(requestsPerMinute: requestLimit, tokensPerMinute: tokenLimit)
      var now = Duration.zero
      var requests = 0
      var tokens = 0
      for _ in 0..<80 {
        now += .milliseconds(generator.integer(in: 0...4000))
        let cost = generator.integer(in: 0...tokenLimit)
        var decision = limits.admit("a", tokens: cost, now: now)
        if let wait = decision.refusal?.retryAfter, generator.chance(0.3) {
          now += .seconds(wait)
          decision = limits.admit("a", tokens: cost, now: now)
          #expect(decision.refusal == nil, "seed \(seed): told to wait \(wait) s in vain")
        }
        guard decision.refusal == nil else { continue }
        requests += 1
        tokens += cost
        if generator.chance(0.5) {
          let unused = generator.integer(in: 0...cost)
          limits.refund("a", tokens: unused, now: now)
          tokens -= unused
        }
        let milliseconds = Int(now / .milliseconds(1))
        #expect(requests * 60_000 <= requestLimit * (60_000 + milliseconds), "seed \(seed)")
        #expect(tokens * 60_000 <= tokenLimit * (60_000 + milliseconds), "seed \(seed)")
      }
    }
  }

  @Test("admits exactly its capacity to many tasks at once")
  func concurrency() async {
    let limits = RateLimits(requestsPerMinute: 50, tokensPerMinute: nil)
    let admitted = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<400 {
        group.addTask { limits.admit("a", tokens: 1, now: .zero).refusal == nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(admitted == 50)
  }
}
