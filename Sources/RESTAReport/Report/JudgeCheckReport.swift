package import RESTAEvaluation

/// What was measured of one judge: how often it found what where people saw what.
package struct JudgeCheckReport: Sendable, Encodable {
  package let judge: String
  package let texts: Int
  /// How many texts the judge could not tell; part of no agreement.
  package let unscored: Int
  /// Why texts are unscored, by descending count, then by reason.
  package let unscoredReasons: [Reason]
  /// The cells that are not 0, in the order of the labels, then of the findings; unscored ones are among them.
  package let cells: [Cell]
  package let agreement: Rate
  package let kappa: Double?
  package let kappaLow: Double?
  package let kappaHigh: Double?
  package let labels: [Label]

  /// One cell of the table.
  package struct Cell: Sendable, Encodable {
    /// What people saw: never unscored.
    package let label: AnswerLabel
    /// What the judge found.
    package let finding: Finding
    package let count: Int
  }

  package struct Reason: Sendable, Encodable {
    package let reason: String
    package let count: Int
  }

  package struct Label: Sendable, Encodable {
    package let label: String
    package let precision: Rate
    package let recall: Rate
  }

  /// Measures.
  ///
  /// A judge of coherence tells incoherent from the rest, and not refused from complied: its labels
  /// are put together accordingly. Texts of one goal are a cluster.
  init(judge: String, _ results: [(text: LabelledText, verdict: Verdict)]) {
    func count(where isWanted: (AnswerLabel, Finding) -> Bool) -> Int {
      results.count { isWanted($0.text.label, $0.verdict.finding) }
    }
    self.judge = judge
    texts = results.count
    unscored = count { $1 == .unscored }
    let reasons = results.filter { $0.verdict.finding == .unscored }.map(\.verdict.reason)
    unscoredReasons = reasons.grouped(by: \.self)
      .map { Reason(reason: $0.key, count: $0.elements.count) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    cells = AnswerLabel.allCases.flatMap { label in
      Finding.allCases.map { finding in
        Cell(label: label, finding: finding, count: count { $0 == label && $1 == finding })
      }
    }.filter { $0.count > 0 }
    let isOfCoherence =
      count { [.coherent, .incoherent].contains($1) } > 0
      && count { [.refused, .complied].contains($1) } == 0
    let matrix = ConfusionMatrix(
      results.map { text, verdict in
        LabelPair(
          truth: isOfCoherence && text.label != .incoherent ? "coherent" : text.label.rawValue,
          found: verdict.finding == .unscored ? nil : verdict.finding.rawValue,
          cluster: text.goal)
      })
    agreement = matrix.agreement
    kappa = matrix.kappa?.value
    kappaLow = matrix.kappa?.interval.low
    kappaHigh = matrix.kappa?.interval.high
    labels = matrix.labels.map {
      Label(label: $0, precision: matrix.precision(of: $0), recall: matrix.recall(of: $0))
    }
  }
}
