/// A text's label by hand, and what a judge made of it.
struct LabelPair: Sendable, Hashable {
  var truth: String
  /// The judge's; `nil` when it could not tell.
  var found: String?
  /// What the text has in common with others, such as the goal of its prompt; `nil` where it stands for itself.
  var cluster: String?
}

/// How a judge's labels agree with those by hand.
///
/// What the judge could not tell is counted in ``unscored`` and in nothing else. Texts of one cluster
/// are taken to resemble each other.
struct ConfusionMatrix: Sendable, Hashable {
  /// All labels that occur, ascending.
  let labels: [String]
  /// How often: `counts[t][f]` texts of label t were found to be of label f.
  let counts: [[Int]]
  let unscored: Int
  /// The texts of each cluster, be it one alone: label t found to be f is t times the number of labels and f.
  private let clusters: [[Int]]

  init(_ pairs: [LabelPair]) {
    let labels = Set(pairs.map(\.truth) + pairs.compactMap(\.found)).sorted()
    let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var counts = [[Int]](repeating: Array(repeating: 0, count: labels.count), count: labels.count)
    var clusters: [String: [Int]] = [:]
    var unscored = 0
    for (number, pair) in pairs.enumerated() {
      if let truth = places[pair.truth], let found = pair.found.flatMap({ places[$0] }) {
        counts[truth][found] += 1
        let cluster = pair.cluster.map { "of \($0)" } ?? "\(number)"
        clusters[cluster, default: []].append(truth * labels.count + found)
      } else {
        unscored += 1
      }
    }
    self.labels = labels
    self.counts = counts
    self.unscored = unscored
    // In an order of their own, so that that of the texts changes nothing.
    self.clusters = clusters.values.map { $0.sorted() }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func cell(_ text: Int) -> (truth: Int, found: Int) {
    (text / labels.count, text % labels.count)
  }

  private var isClustered: Bool { clusters.count < n }

  var n: Int { counts.joined().reduce(0, +) }

  var agreement: Rate { rate(of: { $0 == $1 }, among: { _, _ in true }) }

  /// Of the texts that were found to be of a label, those that are.
  func precision(of label: String) -> Rate {
    let place = labels.firstIndex(of: label)
    return rate(of: { $0 == $1 }, among: { $1 == place })
  }

  /// Of the texts of a label, those that were found to be; what the judge could not tell aside.
  func recall(of label: String) -> Rate {
    let place = labels.firstIndex(of: label)
    return rate(of: { $0 == $1 }, among: { truth, _ in truth == place })
  }

  /// The share of some cells among others.
  private func rate(of isHit: (Int, Int) -> Bool, among isPart: (Int, Int) -> Bool) -> Rate {
    var texts: [(cluster: String, isHit: Bool)] = []
    for (number, cluster) in clusters.enumerated() {
      for (truth, found) in cluster.map(cell) where isPart(truth, found) {
        texts.append(("\(number)", isHit(truth, found)))
      }
    }
    return isClustered ? Rate(of: texts) : Rate(texts.count { $0.isHit }, of: texts.count)
  }
}

extension ConfusionMatrix {
  struct Kappa: Sendable, Hashable {
    /// 1 for full agreement, 0 for what chance would give.
    var value: Double
    var interval: ConfidenceInterval
  }

  /// Cohen's kappa, (p - c) / (1 - c), with p the share of equal labels and c the share that independent labels
  /// of the same frequencies would have equal; `nil` without texts, and where only one label occurs on both sides.
  ///
  /// The interval is κ ± 1.96 s, within -1...1, with the large-sample variance s² = Σ (z - z̄)² / (n (1 - c))²,
  /// where a text with truth i and finding j has z = [i = j] - (1 - κ) (c_i + r_j), and r and c with an index
  /// are the shares of a row and of a column. Where texts are in clusters the squares are of sums over
  /// clusters, G of them, and the interval is κ ± t s √(G / (G - 1)) with Student's t of G - 1.
  ///
  /// Deviation: with full agreement, with none, and where one rater has one label only, s is 0 however
  /// few the texts. Then the ends are those of the interval of p, with c as it is: (w - c) / (1 - c).
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
    // The chance share is 1 exactly when all texts have one and the same label on both sides.
    guard !labels.indices.contains(where: { shares[$0][$0] == 1 }) else { return nil }
    let kappa = (equal - chance) / (1 - chance)
    let center = equal - 2 * (1 - kappa) * chance
    let influences = clusters.map { cluster in
      cluster.map(cell).reduce(0.0) { sum, text in
        let expected = (1 - kappa) * (columns[text.truth] + rows[text.found])
        return sum + (text.truth == text.found ? 1 : 0) - expected - center
      }
    }
    let (variance, units) = (influences.reduce(0) { $0 + $1 * $1 }, Double(influences.count))
    let interval: ConfidenceInterval
    if variance > 1e-12 * n, units > 1 {
      let deviation = variance.squareRoot() / (n * (1 - chance))
      let reach =
        isClustered
        ? StudentDistribution.quantile(0.975, degrees: units - 1) * deviation
          * (units / (units - 1)).squareRoot()
        : NormalDistribution.quantile(0.975) * deviation
      interval = ConfidenceInterval(low: kappa - reach, high: kappa + reach)
    } else {
      let agreement = agreement
      interval = ConfidenceInterval(
        low: (agreement.low - chance) / (1 - chance), high: (agreement.high - chance) / (1 - chance)
      )
    }
    return Kappa(
      value: kappa,
      interval: ConfidenceInterval(low: max(-1, interval.low), high: min(1, interval.high)))
  }
}
