/// A text's label by hand, and what a judge made of it.
public struct LabelPair: Sendable, Hashable {
  /// The label by hand.
  public var truth: String
  /// The judge's; `nil` when it could not tell.
  public var found: String?

  /// Makes a pair.
  ///
  /// - Parameters:
  ///   - truth: The label by hand.
  ///   - found: The judge's; `nil` when it could not tell.
  public init(truth: String, found: String?) {
    self.truth = truth
    self.found = found
  }
}

/// How a judge's labels agree with those by hand.
///
/// What the judge could not tell is counted in ``unscored`` and in nothing else. Texts are taken as
/// independent: the intervals of shares are Wilson's.
public struct ConfusionMatrix: Sendable, Hashable {
  /// All labels that occur, ascending.
  public let labels: [String]
  /// How often: `counts[t][f]` texts of label t were found to be of label f.
  public let counts: [[Int]]
  /// Texts that the judge could not tell.
  public let unscored: Int

  /// Counts pairs.
  ///
  /// - Parameter pairs: One pair for each text, in any order.
  public init(_ pairs: [LabelPair]) {
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
  public var n: Int { counts.joined().reduce(0, +) }

  /// The share of texts with the same label on both sides.
  public var agreement: Rate { Rate(labels.indices.reduce(0) { $0 + counts[$1][$1] }, of: n) }

  /// Of the texts that were found to be of a label, those that are.
  ///
  /// - Parameter label: A label; one that does not occur has a rate of nothing.
  /// - Returns: The precision.
  public func precision(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts.reduce(0) { $0 + $1[place] })
  }

  /// Of the texts of a label, those that were found to be; what the judge could not tell aside.
  ///
  /// - Parameter label: A label; one that does not occur has a rate of nothing.
  /// - Returns: The recall.
  public func recall(of label: String) -> Rate {
    guard let place = labels.firstIndex(of: label) else { return Rate(0, of: 0) }
    return Rate(counts[place][place], of: counts[place].reduce(0, +))
  }
}
