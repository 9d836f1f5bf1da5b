import RESTAEvaluation

extension ConfusionMatrix {
  /// Agreement beyond chance.
  package struct Kappa: Sendable, Hashable {
    /// 1 for full agreement, 0 for what chance would give.
    package var value: Double
    /// The 95 % interval.
    package var interval: ConfidenceInterval
  }

  /// Cohen's kappa, (p - c) / (1 - c), with p the share of equal labels and c the share that
  /// independent labels of the same frequencies would have equal; `nil` without texts, and where
  /// only one label occurs.
  ///
  /// The interval is κ ± 1.96 s, within -1...1, with the large-sample variance s² =
  /// [Σ p_ii (1 - (r_i + c_i)(1 - κ))² + (1 - κ)² Σ_{i≠j} p_ij (c_i + r_j)² - (κ - c (1 - κ))²] / (n (1 - c)²),
  /// where r and c with an index are the shares of a row and of a column.
  ///
  /// Deviation: with full agreement that has no width; the lower end is then (w - c) / (1 - c), with w
  /// the lower end of Wilson's interval for p.
  ///
  /// References: J. Cohen, "A coefficient of agreement for nominal scales", Educational and
  /// Psychological Measurement 20 (1960); J. Fleiss, J. Cohen, B. Everitt, "Large sample standard
  /// errors of kappa and weighted kappa", Psychological Bulletin 72 (1969).
  package var kappa: Kappa? {
    let n = Double(self.n)
    guard n > 0 else { return nil }
    let shares = counts.map { $0.map { Double($0) / n } }
    let rows = shares.map { $0.reduce(0, +) }
    let columns = labels.indices.map { column in shares.reduce(0) { $0 + $1[column] } }
    let equal = labels.indices.reduce(0) { $0 + shares[$1][$1] }
    let chance = zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
    // The chance share is 1 exactly when all texts have one label on both sides.
    guard rows.count(where: { $0 > 0 }) > 1 || columns.count(where: { $0 > 0 }) > 1 else {
      return nil
    }
    if agreement.count == agreement.n {
      let low = (agreement.low - chance) / (1 - chance)
      return Kappa(value: 1, interval: ConfidenceInterval(low: low, high: 1))
    }
    let kappa = (equal - chance) / (1 - chance)
    var variance = -(kappa - chance * (1 - kappa)) * (kappa - chance * (1 - kappa))
    for row in labels.indices {
      for column in labels.indices {
        let factor =
          row == column
          ? 1 - (rows[row] + columns[row]) * (1 - kappa)
          : (1 - kappa) * (columns[row] + rows[column])
        variance += shares[row][column] * factor * factor
      }
    }
    let deviation = (max(0, variance) / n).squareRoot() / (1 - chance)
    let reach = NormalDistribution.quantile(0.975) * deviation
    return Kappa(
      value: kappa,
      interval: ConfidenceInterval(low: max(-1, kappa - reach), high: min(1, kappa + reach)))
  }
}
