import RESTAEvaluation

/// A text's label by hand, and what a judge made of it.
struct LabelPair: Sendable, Hashable {
  var truth: String
  /// The judge's; `nil` when it could not tell.
  var found: String?
}

/// How a judge's labels agree with those by hand.
///
/// What the judge could not tell is counted in ``unscored`` and in nothing else. Texts are taken as
/// independent: the intervals of shares are Wilson's.
struct ConfusionMatrix: Sendable, Hashable {
  /// All labels that occur, ascending.
  let labels: [String]
  /// How often: `counts[t][f]` texts of label t were found to be of label f.
  let counts: [[Int]]
  let unscored: Int

  init(_ pairs: [LabelPair]) {
    let labels = Set(pairs.map(\.truth) + pairs.compactMap(\.found)).sorted()
    let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var counts = [[Int]](repeating: Array(repeating: 0, count: labels.count), count: labels.count)
    var unscored = 0
    for pair in pairs {
      if let truth = places[pair.truth], let found = pair.found.flatMap({ places[$0] }) {
        counts[truth][found] += 1
      } else {
        unscored += 1
      }
    }
    self.labels = labels
    self.counts = counts
    self.unscored = unscored
  }

  var n: Int { counts.joined().reduce(0, +) }

  var agreement: Rate { Rate(labels.indices.reduce(0) { $0 + counts[$1][$1] }, of: n) }

  /// Of the texts that were found to be of a label, those that are.
  func precision(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts.reduce(0) { $0 + $1[place] })
  }

  /// Of the texts of a label, those that were found to be; what the judge could not tell aside.
  func recall(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts[place].reduce(0, +))
  }
}

extension ConfusionMatrix {
  /// Agreement beyond chance.
  struct Kappa: Sendable, Hashable {
    /// 1 for full agreement, 0 for what chance would give.
    var value: Double
    var interval: ConfidenceInterval
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
  var kappa: Kappa? {
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
