import Foundation
import RESTAEvaluation

/// Pairwise judgements by dataset, defence and judge.
enum PreferenceTables {
  /// Puts the judgements together.
  static func summaries(
    of preferences: [EvaluationStore.StoredPreference], rows: [GenerationRow], datasets: [String],
    defenses: [String]
  ) -> [PreferenceSummary] {
    // Defences that gave the same generation share its judgements.
    var found: [[String]: [(cluster: String, verdict: PairwiseVerdict)]] = [:]
    let byKey = Dictionary(grouping: preferences, by: \.place.key)
    for row in rows {
      for preference in byKey[row.key] ?? []
      where preference.place.dataset == row.dataset && preference.place.sample == row.sample.id {
        found[[row.dataset, row.defense, preference.place.judge], default: []]
          .append((row.cluster, preference.verdict))
      }
    }
    let judges = Set(preferences.map(\.place.judge)).sorted()
    return datasets.flatMap { dataset in
      defenses.flatMap { defense in
        judges.compactMap { judge in
          found[[dataset, defense, judge]].map { summary(dataset, defense, judge, $0) }
        }
      }
    }
  }

  private static func summary(
    _ dataset: String, _ defense: String, _ judge: String,
    _ pairs: [(cluster: String, verdict: PairwiseVerdict)]
  ) -> PreferenceSummary {
    let scored = pairs.map(\.verdict).filter { $0.preference != nil }
    var (wins, lengths, inconsistent) = (ClusterSums(), ClusterSums(), ClusterSums())
    for (cluster, verdict) in pairs {
      guard let preference = verdict.preference else { continue }
      wins.add(preference, to: cluster)
      inconsistent.add(verdict.outcome == .inconsistent ? 1 : 0, to: cluster)
      lengths.add(
        Double(verdict.candidateLength), over: Double(verdict.baselineLength), to: cluster)
    }
    return PreferenceSummary(
      dataset: dataset, defense: defense, judge: judge, winRate: Mean(shares: wins),
      lengthControlled: LengthControl.winRate(
        preferences: scored.compactMap(\.preference),
        lengthDifferences: scored.map { Double($0.candidateLength - $0.baselineLength) }),
      inconsistent: Rate(inconsistent),
      unscored: pairs.count { $0.verdict.outcome == .unscored }, lengthRatio: Mean(lengths))
  }
}

/// The win rate that would be expected if both answers were equally long.
///
/// The idea is that of AlpacaEval 2 (arXiv 2404.04475): a logistic regression of the preference,
///
/// p = 1 / (1 + exp(-(α + φ · tanh(Δ / s)))),
///
/// with Δ the candidate's length less the baseline's and s the standard deviation of Δ (with n - 1,
/// and without taking the mean off, so that 0 stays "equally long"), is predicted at Δ = 0.
///
/// Deviation: there is no term for an instruction's difficulty, which needs many models on the same
/// instructions. A weak ridge of λ φ² / 2 keeps φ finite where length separates wins from losses; α
/// is free, so that the mean prediction is the win rate. Where one side's answers are nearly all the
/// longer ones, "equally long" lies outside the data, and the result is an extrapolation.
enum LengthControl {
  /// λ of the ridge.
  static let ridge = 0.01

  /// Fits the regression and predicts at equal lengths.
  ///
  /// Newton's method with halved steps, from zero; the loss is strictly convex, so there is one answer.
  static func winRate(preferences: [Double], lengthDifferences: [Double]) -> Double? {
    precondition(
      preferences.count == lengthDifferences.count, "A preference and a length for each pair.")
    let n = Double(preferences.count)
    guard n > 0 else { return nil }
    let winRate = preferences.reduce(0, +) / n
    if lengthDifferences.allSatisfy({ $0 == 0 }) { return winRate }
    let mean = lengthDifferences.reduce(0, +) / n
    let squares = lengthDifferences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard squares > 0 else { return nil }
    // All won or all lost: α has no finite value, and the limit is the win rate.
    if preferences.allSatisfy({ $0 == 1 }) || preferences.allSatisfy({ $0 == 0 }) { return winRate }
    let deviation = (squares / (n - 1)).squareRoot()
    let fit = LogisticFit(x: lengthDifferences.map { tanh($0 / deviation) }, y: preferences)
    return fit.minimized(ridge: ridge).map { LogisticFit.logistic($0.alpha) }
  }
}

/// A logistic regression of fractions on a constant and one variable.
struct LogisticFit: Sendable {
  var x: [Double]
  /// What is predicted, in 0...1.
  var y: [Double]

  static func logistic(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

  /// The negative log-likelihood with the ridge on φ.
  private func loss(_ alpha: Double, _ phi: Double, _ ridge: Double) -> Double {
    var sum = ridge * phi * phi / 2
    for (x, y) in zip(x, y) {
      let z = alpha + phi * x
      // log(1 + exp(z)) without overflow.
      sum += max(z, 0) + log1p(exp(-abs(z))) - y * z
    }
    return sum
  }

  /// The α and φ of the least loss.
  func minimized(ridge: Double) -> (alpha: Double, phi: Double)? {
    var alpha = 0.0
    var phi = 0.0
    for _ in 0..<200 {
      var gradient = (0.0, ridge * phi)
      var hessian = (0.0, 0.0, ridge)
      for (x, y) in zip(x, y) {
        let p = Self.logistic(alpha + phi * x)
        let weight = p * (1 - p)
        gradient = (gradient.0 + p - y, gradient.1 + (p - y) * x)
        hessian = (hessian.0 + weight, hessian.1 + weight * x, hessian.2 + weight * x * x)
      }
      if max(abs(gradient.0), abs(gradient.1)) < 1e-10 * Double(x.count) { return (alpha, phi) }
      let determinant = hessian.0 * hessian.2 - hessian.1 * hessian.1
      guard determinant > 0 else { return nil }
      let step = (
        (hessian.2 * gradient.0 - hessian.1 * gradient.1) / determinant,
        (hessian.0 * gradient.1 - hessian.1 * gradient.0) / determinant
      )
      // With some room for rounding: near the minimum the loss stops falling before the gradient does.
      let most = loss(alpha, phi, ridge) * (1 + 1e-12)
      var scale = 1.0
      while scale > 1e-9, loss(alpha - scale * step.0, phi - scale * step.1, ridge) > most {
        scale /= 2
      }
      alpha -= scale * step.0
      phi -= scale * step.1
    }
    return nil
  }
}
