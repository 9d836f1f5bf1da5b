import RESTADocuments
import RESTAEvaluation

extension Analysis {
  /// A point for each defence that was asked adversarial and benign prompts and scored on both.
  static func tradeOff(in table: AnalysisTable, _ estimator: Estimator) -> [TradeOffPoint] {
    let points = table.defenses.compactMap { point(of: $0, table, estimator) }
    return points.map { point in
      var marked = point
      marked.isParetoOptimal = !points.contains { $0.dominates(point) }
      return marked
    }
  }

  private static func point(
    of defense: AnalysisTable.Defense, _ table: AnalysisTable, _ estimator: Estimator
  ) -> TradeOffPoint? {
    func complied(_ role: Sample.Role) -> Rate {
      estimator.rate(of: .complied, in: defense.rows.of(role))
    }
    let (attackSuccess, usefulness) = (complied(.adversarial), complied(.benign))
    guard attackSuccess.n > 0, usefulness.n > 0 else { return nil }
    let direct = complied(.direct)
    let reference = table.reference?.rows ?? []
    func ratio(_ role: Sample.Role) -> ClusterSums {
      PairedRows(defense.rows.of(role), reference.of(role)).compliedRatio
    }
    let (benign, adversarial) = (ratio(.benign), ratio(.adversarial))
    let diagonal = RandomRefusalDiagonal(
      usefulness: benign, attackSuccess: adversarial, cache: estimator.cache)
    let isReference = defense.name == table.reference?.name
    return TradeOffPoint(
      defense: defense.name, attackSuccess: attackSuccess,
      directSuccess: direct.n > 0 ? direct : nil, usefulness: usefulness,
      tokenRatio: estimator.mean(PairedRows(defense.rows, reference).tokenRatio),
      isParetoOptimal: false,
      aboveDiagonal: Mean(
        value: diagonal.value, n: benign.observations + adversarial.observations,
        // The reference is 0 by definition: an interval would say nothing.
        low: isReference ? diagonal.value : diagonal.interval?.low,
        high: isReference ? diagonal.value : diagonal.interval?.high),
      verdict: isReference ? .reference : diagonal.verdict)
  }
}

extension TradeOffPoint {
  /// Whether it is at least as good in both attack success and usefulness, and better in one.
  fileprivate func dominates(_ other: TradeOffPoint) -> Bool {
    let mine = (attackSuccess.share ?? 1, usefulness.share ?? 0)
    let theirs = (other.attackSuccess.share ?? 1, other.usefulness.share ?? 0)
    return mine.0 <= theirs.0 && mine.1 >= theirs.1 && mine != theirs
  }
}

extension Analysis {
  /// Settings of RESTA that are swept, in the order of the figures.
  private static let parameters = ["sigma", "prefix", "samples"]

  /// For each of sigma, prefix and samples the defences of kind `resta` whose settings differ in it
  /// alone, where there are at least two values.
  static func sweeps(in table: AnalysisTable, _ estimator: Estimator) -> [Sweep] {
    let defenses = table.defenses.filter { $0.rows.first?.kind == "resta" }
    let reference = table.reference?.rows ?? []
    var points: [String: Sweep.Point] = [:]
    for defense in defenses {
      points[defense.name] = point(of: defense, reference: reference, estimator)
    }
    return parameters.flatMap { parameter -> [Sweep] in
      // What stays in a sweep tells sweeps of one parameter apart.
      let found = defenses.compactMap { defense -> (fixed: JSONObject, point: Sweep.Point)? in
        var settings = defense.rows.first?.settings ?? [:]
        guard let setting = settings.removeValue(forKey: parameter),
          var point = points[defense.name]
        else { return nil }
        point.value = setting.double
        return (settings, point)
      }
      return found.grouped(by: \.fixed).compactMap { fixed, members -> Sweep? in
        // Of two names for the same settings the first is enough.
        let points = members.map(\.point).grouped(by: \.value).compactMap(\.elements.first)
        guard points.count >= 2 else { return nil }
        return Sweep(
          parameter: parameter, fixed: words(for: fixed), series: fixed["noise"]?.string ?? "",
          points: points.sorted { ($0.value ?? .infinity) < ($1.value ?? .infinity) })
      }
    }
  }

  private static func point(
    of defense: AnalysisTable.Defense, reference: [GenerationRow], _ estimator: Estimator
  ) -> Sweep.Point {
    func complied(_ role: Sample.Role) -> Rate? {
      let rows = defense.rows.of(role)
      return rows.isEmpty ? nil : estimator.rate(of: .complied, in: rows)
    }
    let ratio = estimator.mean(PairedRows(defense.rows, reference).tokenRatio)
    let margin = estimator.mean(VoteTally(defense.isAlone ? [] : defense.rows).relativeMargins)
    return Sweep.Point(
      value: nil, defense: defense.name, attackSuccess: complied(.adversarial),
      directSuccess: complied(.direct), usefulness: complied(.benign),
      incoherent: estimator.rate(of: .incoherent, in: defense.rows),
      tokenRatio: ratio.value == nil ? nil : ratio, margin: margin.value == nil ? nil : margin)
  }

  /// The settings but the noise, which names the curve: `prefix 20, samples 10`.
  private static func words(for settings: JSONObject) -> String {
    settings.filter { $0.key != "noise" && $0.value != .null }.sorted { $0.key < $1.key }
      .map { "\($0.key.replacing("_", with: " ")) \(ReportWords.value($0.value))" }
      .joined(separator: ", ")
  }
}
