import Foundation

/// What the model makes of a candidate on a number of draws of noise, or once without any.
struct SearchScore: Sendable, Hashable, Codable {
  /// The log-probability of any target on each draw.
  var logs: [Double] = []
  /// Whether the most likely token was a target.
  var hits: [Bool] = []

  var mean: Double { logs.mean }
  var share: Double { hits.isEmpty ? 0 : Double(hits.count { $0 }) / Double(hits.count) }

  var probability: Double { exp(mean) }

  /// The score on some of the draws.
  subscript(draws: Range<Int>) -> SearchScore {
    SearchScore(logs: Array(logs[draws]), hits: Array(hits[draws]))
  }

  static func += (score: inout SearchScore, more: SearchScore) {
    score.logs += more.logs
    score.hits += more.hits
  }

  /// How likely so many copies vote for a target.
  func voteShare(of copies: Int) -> Double { Self.majority(of: copies, each: share) }

  /// Whether the vote is rather won than not.
  func isWon(by copies: Int) -> Bool { voteShare(of: copies) > 0.5 }

  /// The mean log-probability while the vote is lost, then the probability that it is won.
  func objective(_ copies: Int) -> Double { isWon(by: copies) ? voteShare(of: copies) : mean }

  /// What is compared draw by draw, on as many draws as the other one has.
  ///
  /// Once the vote is won: the copies won, since their share decides the vote, and hardly at all the
  /// probability, which tells candidates apart that win the same ones.
  func gains(over other: SearchScore, isWon: Bool) -> [Double] {
    func value(_ score: SearchScore, _ draw: Int) -> Double {
      isWon
        ? (score.hits[draw] ? 1 : 0) + 0.01 * exp(score.logs[draw]) : score.logs[draw]
    }
    return logs.indices.map { value(self, $0) - value(other, $0) }
  }

  /// P(Binomial(copies, p) > copies / 2).
  static func majority(of copies: Int, each p: Double) -> Double {
    // A copy at a time: no power underflows.
    var ways = [1.0]
    for _ in 0..<copies {
      var next = [Double](repeating: 0, count: ways.count + 1)
      for (count, way) in ways.enumerated() {
        next[count] += way * (1 - p)
        next[count + 1] += way * p
      }
      ways = next
    }
    return ways[(copies / 2 + 1)...].reduce(0, +)
  }
}

extension [Double] {
  var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

  /// Whether the mean is above 0 by more than its standard error; of one value, whether it is.
  var isClearGain: Bool {
    guard count > 1 else { return mean > 0 }
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return mean > (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}
