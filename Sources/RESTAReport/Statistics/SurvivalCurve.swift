import Foundation

/// How long things last, where some were not watched to their end: the Kaplan-Meier estimate.
///
/// Of n(t) that were watched up to t, d(t) ended at t: S(t) is the product of 1 - d/n over all times up to
/// t. The variance is Greenwood's, S² Σ d / (n (n - d)), and the interval is made on the scale of
/// ln(-ln S), on which it stays in 0...1. Where nothing has ended yet, or everything has, Greenwood's says
/// nothing: the open end is Clopper and Pearson's of those that were watched.
///
/// References: E. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of
/// the American Statistical Association 53 (1958); J. Kalbfleisch, R. Prentice, "The statistical analysis
/// of failure time data" (1980), section 1.4.
package struct SurvivalCurve: Sendable {
  /// When something ended or was last seen, which is never where it was watched for ever; and whether it ended then.
  package typealias Observation = (time: Double, ended: Bool)

  /// A share of all that has ended by a time.
  package struct Share: Sendable, Hashable, Codable {
    package var value: Double
    package var low: Double
    package var high: Double
  }

  private struct Step {
    let time: Double
    let survival: Double
    /// Σ d / (n (n - d)); infinite where all that were watched ended.
    let greenwood: Double
    let atRisk: Int
  }

  private let steps: [Step]
  private let lastSeen: Double
  private let observations: [Observation]
  private let confidence: Double

  package init(_ observations: [Observation], confidence: Double = 0.95) {
    self.observations = observations
    self.confidence = confidence
    // Who is followed for ever says nothing of those who were lost before.
    let isCensored = observations.contains { !$0.ended && $0.time.isFinite }
    lastSeen = observations.map(\.time).filter { !isCensored || $0.isFinite }.max() ?? 0
    var (survival, greenwood): (Double, Double) = (1, 0)
    steps = Set(observations.filter(\.ended).map(\.time)).sorted().map { time in
      // Those last seen at this very time were still watched at it.
      let atRisk = observations.count { $0.time >= time }
      let ended = observations.count { $0.ended && $0.time == time }
      survival *= 1 - Double(ended) / Double(atRisk)
      greenwood += Double(ended) / (Double(atRisk) * Double(atRisk - ended))
      return Step(time: time, survival: survival, greenwood: greenwood, atRisk: atRisk)
    }
  }

  /// The share that has ended by a time; `nil` where nobody was watched for as long and some had not ended.
  package func ended(by time: Double) -> Share? {
    guard !observations.isEmpty else { return nil }
    let step = steps.last { $0.time <= time }
    guard time <= lastSeen || step?.survival == 0 else { return nil }
    guard let step else {
      let watched = max(1, observations.count { $0.time >= time })
      let none = BinomialInterval.clopperPearson(0, of: watched, confidence: confidence)
      return Share(value: 0, low: 0, high: none.high)
    }
    guard step.survival > 0 else {
      // Of what was left before, all that were watched ended.
      let before = steps.last { $0.time < step.time }.map { interval($0).high } ?? 1
      let all = BinomialInterval.clopperPearson(
        step.atRisk, of: step.atRisk, confidence: confidence)
      return Share(value: 1, low: 1 - before * (1 - all.low), high: 1)
    }
    let ends = interval(step)
    return Share(value: 1 - step.survival, low: 1 - ends.high, high: 1 - ends.low)
  }

  private func interval(_ step: Step) -> ConfidenceInterval {
    let z = NormalDistribution.quantile((1 + confidence) / 2)
    let reach = z * step.greenwood.squareRoot() / abs(log(step.survival))
    return ConfidenceInterval(
      low: pow(step.survival, exp(reach)), high: pow(step.survival, exp(-reach)))
  }

  /// The first time by which a share has ended; `nil` where that was not seen.
  package func time(of share: Double) -> Double? {
    steps.first { 1 - $0.survival >= share - 1e-12 }?.time
  }
}

extension Rate {
  /// A share of things in clusters.
  package init(of things: [(cluster: String, isHit: Bool)]) {
    var sums = ClusterSums()
    for thing in things { sums.add(thing.isHit ? 1 : 0, to: thing.cluster) }
    self.init(sums)
  }
}
