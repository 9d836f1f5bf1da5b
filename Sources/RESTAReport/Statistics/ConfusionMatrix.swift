import RESTAEvaluation

/// A text's label by hand, and what a judge made of it.
package struct LabelPair: Sendable, Hashable {
  /// The label by hand.
  package var truth: String
  /// The judge's; `nil` when it could not tell.
  package var found: String?

  /// Makes a pair.
  ///
  /// - Parameters:
  ///   - truth: The label by hand.
  ///   - found: The judge's; `nil` when it could not tell.
  package init(truth: String, found: String?) {
    self.truth = truth
    self.found = found
  }
}

/// How a judge's labels agree with those by hand.
///
/// What the judge could not tell is counted in ``unscored`` and in nothing else. Texts are taken as
/// independent: the intervals of shares are Wilson's.
package struct ConfusionMatrix: Sendable, Hashable {
  /// All labels that occur, ascending.
  package let labels: [String]
  /// How often: `counts[t][f]` texts of label t were found to be of label f.
  package let counts: [[Int]]
  /// Texts that the judge could not tell.
  package let unscored: Int

  /// Counts pairs.
  ///
  /// - Parameter pairs: One pair for each text, in any order.
  package init(_ pairs: [LabelPair]) {
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

  /// Texts that the judge labelled.
  package var n: Int { counts.joined().reduce(0, +) }

  /// The share of texts with the same label on both sides.
  package var agreement: Rate { Rate(labels.indices.reduce(0) { $0 + counts[$1][$1] }, of: n) }

  /// Of the texts that were found to be of a label, those that are.
  ///
  /// - Parameter label: A label; one that does not occur has a rate of nothing.
  /// - Returns: The precision.
  package func precision(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts.reduce(0) { $0 + $1[place] })
  }

  /// Of the texts of a label, those that were found to be; what the judge could not tell aside.
  ///
  /// - Parameter label: A label; one that does not occur has a rate of nothing.
  /// - Returns: The recall.
  package func recall(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts[place].reduce(0, +))
  }
}
