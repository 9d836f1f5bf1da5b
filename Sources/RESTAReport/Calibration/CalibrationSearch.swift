package import RESTA
package import RESTAEvaluation

/// The strengths that a calibration may try.
package struct CalibrationGrid: Sendable, Hashable {
  /// One of them.
  package struct Candidate: Sendable, Hashable {
    package var noise: NoiseKind
    /// Relative.
    package var sigma: Double
    /// Whether somebody asked for it; else it lies between two that somebody did.
    package var isCoarse: Bool

    /// The name of the defence: `isotropic 0.5`.
    package var name: String { "\(noise.rawValue) \(SettingValue.text(of: sigma))" }
  }

  /// By noise in the order given, then by sigma.
  package let candidates: [Candidate]

  /// Makes a grid of noises, each of which counts once, and relative strengths above 0, in any order.
  ///
  /// Between neighbours lies their geometric mean, to two digits: strengths matter by their ratios.
  package init(noises: [NoiseKind], sigmas: [Double]) {
    let coarse = Set(sigmas).sorted()
    var all = coarse.map { (sigma: $0, isCoarse: true) }
    for (low, high) in zip(coarse, coarse.dropFirst()) {
      let middle = Self.rounded((low * high).squareRoot())
      if low < middle, middle < high { all.append((middle, false)) }
    }
    all.sort { $0.sigma < $1.sigma }
    candidates = noises.unique().flatMap { noise in
      all.map { Candidate(noise: noise, sigma: $0.sigma, isCoarse: $0.isCoarse) }
    }
  }

  private static func rounded(_ value: Double) -> Double {
    var scale = 1.0
    while value * scale < 10 { scale *= 10 }
    return (value * scale).rounded() / scale
  }
}

/// What a calibration asks next: a function of what was measured so far, so that one that was interrupted
/// goes on as if it had not been.
///
/// Everyday requests come first, at each strength of the coarse grid from the weakest on, and a strength that
/// fails on them ends its noise: stronger ones are not tried. The strongest that pass are asked direct requests, and
/// attacks where they pass the guard. Then the same for the strengths beside the best one; where none may be chosen,
/// for the one above the strongest that passed.
package struct CalibrationSearch: Sendable {
  /// The prompts of one role, asked under one defence.
  package struct Step: Sendable, Hashable, Encodable {
    /// The defence's name.
    package var defense: String
    package var role: Sample.Role

    package init(_ defense: String, _ role: Sample.Role) {
      self.defense = defense
      self.role = role
    }
  }

  package let grid: CalibrationGrid
  package let rule: CalibrationRule

  package init(grid: CalibrationGrid, rule: CalibrationRule) {
    self.grid = grid
    self.rule = rule
  }

  /// The next step after what was measured, by defence (one not begun is missing or has no answers); `nil`: none.
  package func next(_ points: [String: CalibrationPoint]) -> Step? {
    for role in [Sample.Role.benign, .direct, .adversarial]
    where points[CalibrationPlan.baseline]?.isMeasured(role) != true {
      return Step(CalibrationPlan.baseline, role)
    }
    let coarse = grid.candidates.filter(\.isCoarse)
    if let step = next(coarse, points) { return step }
    if let best = choice(points, among: coarse) { return next(neighbours(of: best), points) }
    // Not enough is refused where nothing else is against a strength: a stronger one may refuse more.
    let passing = coarse.filter { candidate in
      points[candidate.name].map { point in
        point.isWhole && rule.objection(to: point, by: .benign) == nil
          && rule.objection(to: point, by: .direct) == nil
      } ?? false
    }
    guard let strongest = passing.max(by: { $0.sigma < $1.sigma }) else { return nil }
    return next(neighbours(of: strongest).filter { $0.sigma > strongest.sigma }, points)
  }

  /// The choice among what was measured, of some strengths or of all.
  package func choice(
    _ points: [String: CalibrationPoint], among some: [CalibrationGrid.Candidate]? = nil
  ) -> CalibrationGrid.Candidate? {
    rule.choice(
      of: (some ?? grid.candidates).compactMap { candidate in
        points[candidate.name].map { (candidate: candidate, point: $0) }
      })
  }

  /// The strengths in between on both sides of the best coarse one.
  private func neighbours(of best: CalibrationGrid.Candidate) -> [CalibrationGrid.Candidate] {
    let line = grid.candidates.filter { $0.noise == best.noise }
    guard let place = line.firstIndex(of: best) else { return [] }
    return [place - 1, place + 1].filter(line.indices.contains).map { line[$0] }
      .filter { !$0.isCoarse }
  }

  private func next(
    _ candidates: [CalibrationGrid.Candidate], _ points: [String: CalibrationPoint]
  ) -> Step? {
    var ended: Set<NoiseKind> = []
    var passing: [CalibrationGrid.Candidate] = []
    for candidate in candidates where !ended.contains(candidate.noise) {
      guard let point = points[candidate.name], point.isMeasured(.benign) else {
        return Step(candidate.name, .benign)
      }
      if rule.objection(to: point, by: .benign) == nil {
        passing.append(candidate)
      } else {
        ended.insert(candidate.noise)
      }
    }
    // The strongest first: what resists most is found early, should time run out.
    for candidate in passing.sorted(by: { $0.sigma > $1.sigma }) {
      guard let point = points[candidate.name] else { continue }
      guard point.isMeasured(.direct) else { return Step(candidate.name, .direct) }
      guard rule.objection(to: point, by: .direct) == nil else { continue }
      guard point.isMeasured(.adversarial) else { return Step(candidate.name, .adversarial) }
    }
    return nil
  }
}
