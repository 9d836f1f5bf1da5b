import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Token bucket")
struct TokenBucketTests {
  @Test("never gives more than its capacity and the rate times the time, in any stretch")
  func bound() {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let capacity = generator.integer(in: 1...2000)
      let perMinute = generator.integer(in: 1...5000)
      var bucket = TokenBucket(capacity: capacity, perMinute: perMinute, now: .zero)
      var now = Duration.zero
      // What was taken, and when: every stretch between two events is looked at.
      var taken: [(time: Duration, tokens: Int)] = []
      for _ in 0..<60 {
        now += .nanoseconds(
          generator.integer(in: 0...generator.element(of: [1, 1000, 2_000_000_000])))
        bucket.advance(to: now)
        let tokens = generator.integer(in: 0...capacity)
        if bucket.wait(for: tokens) == .zero {
          bucket.take(tokens)
          taken.append((now, tokens))
        }
      }
      for first in taken.indices {
        var sum: Int128 = 0
        for last in first..<taken.count {
          sum += Int128(taken[last].tokens)
          let elapsed = (taken[last].time - taken[first].time).attoseconds
          let most = Int128(capacity) * 60_000_000_000_000_000_000 + elapsed * Int128(perMinute)
          #expect(sum * 60_000_000_000_000_000_000 <= most, "seed \(seed), \(first)...\(last)")
        }
      }
    }
  }

  @Test("has what was waited for exactly when the wait is over")
  func waits() throws {
    for seed in 0..<300 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let capacity = generator.integer(in: 1...100_000)
      var bucket = TokenBucket(
        capacity: capacity, perMinute: generator.integer(in: 1...100_000), now: .seconds(7))
      bucket.take(generator.integer(in: 0...capacity))
      let tokens = generator.integer(in: 0...capacity)
      let wait = try #require(bucket.wait(for: tokens))
      if wait > .zero {
        var early = bucket
        early.advance(to: .seconds(7) + wait - Duration(attoseconds: 1))
        #expect(early.remaining < tokens, "seed \(seed)")
      }
      bucket.advance(to: .seconds(7) + wait)
      #expect(bucket.remaining >= tokens, "seed \(seed)")
      #expect(bucket.wait(for: tokens) == .zero)
      bucket.advance(to: .seconds(7) + wait + bucket.timeToFill)
      #expect(bucket.remaining == capacity, "seed \(seed)")
    }
  }

  @Test("loses nothing to many small steps")
  func smallSteps() {
    var small = TokenBucket(capacity: 1000, perMinute: 7, now: .zero)
    var large = small
    small.take(1000)
    large.take(1000)
    for step in 1...10_000 { small.advance(to: .nanoseconds(step * 777_777)) }
    large.advance(to: .nanoseconds(10_000 * 777_777))
    #expect(small == large)
  }

  @Test("is full at most, whatever comes back and however long it waits")
  func capacity() {
    var bucket = TokenBucket(capacity: 5, perMinute: .max, now: .zero)
    bucket.take(5)
    bucket.putBack(3)
    #expect(bucket.remaining == 3)
    bucket.putBack(9)
    #expect(bucket.remaining == 5)
    bucket.take(5)
    bucket.advance(to: .seconds(1_000_000_000))
    #expect(bucket.remaining == 5)
  }

  @Test("works with the largest and the smallest numbers", arguments: [1, .max, .min])
  func extremes(perMinute: Int) {
    var bucket = TokenBucket(capacity: .max, perMinute: perMinute, now: .zero)
    let capacity = bucket.remaining
    #expect(capacity == 1_000_000_000_000_000)
    bucket.take(capacity)
    #expect(bucket.timeToFill == .seconds(perMinute == .max ? 60 : 60 * capacity))
    bucket.advance(to: bucket.timeToFill / 2)
    #expect(bucket.remaining == capacity / 2)
    bucket.advance(to: .seconds(Int64.max))
    bucket.putBack(.max)
    #expect(bucket.remaining == capacity)
  }

  @Test("does not go back in time")
  func backwards() {
    var bucket = TokenBucket(capacity: 60, perMinute: 60, now: .seconds(100))
    bucket.take(60)
    bucket.advance(to: .seconds(50))
    bucket.advance(to: .seconds(101))
    #expect(bucket.remaining == 1)
  }

  @Test("never has more than its capacity")
  func tooMuch() {
    let bucket = TokenBucket(capacity: 10, perMinute: 600, now: .zero)
    #expect(bucket.wait(for: 11) == nil)
    #expect(bucket.wait(for: 10) == .zero)
  }
}
