package import RESTAEvaluation

/// How often a judge found what where people saw what.
package struct JudgeConfusion: Sendable, Hashable {
  /// One answer.
  struct Result: Sendable, Hashable {
    /// What people saw: never unscored.
    var label: AnswerLabel
    var verdict: Verdict
    /// What its prompt has in common with others.
    var cluster: String?
  }

  /// One cell of the table.
  package struct Cell: Sendable, Hashable, Codable {
    /// What people saw: never unscored.
    package var label: AnswerLabel
    /// What the judge found.
    package var finding: Finding
    package var count: Int
  }

  /// Why texts are unscored, and how many.
  package struct Reason: Sendable, Hashable, Codable {
    package var reason: String
    package var count: Int
  }

  var judge: String
  var results: [Result]
  /// The cells that are not 0, in the order of the labels, then of the findings; unscored ones are among them.
  var cells: [Cell]
  /// Why texts are unscored, by descending count, then by reason.
  var unscoredReasons: [Reason]

  init(judge: String, results: [Result]) {
    self.judge = judge
    self.results = results
    cells = AnswerLabel.allCases.flatMap { label in
      Finding.allCases.map { finding in
        Cell(
          label: label, finding: finding,
          count: results.count { $0.label == label && $0.verdict.finding == finding })
      }
    }.filter { $0.count > 0 }
    let reasons = results.filter { $0.verdict.finding == .unscored }.map(\.verdict.reason)
    unscoredReasons = Dictionary(grouping: reasons) { $0 }
      .map { Reason(reason: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }

  var total: Int { cells.reduce(0) { $0 + $1.count } }

  /// How many texts the judge could not tell; part of no agreement.
  var unscored: Int { count { $0.finding == .unscored } }

  /// One number of the table.
  func count(_ label: AnswerLabel, _ finding: Finding) -> Int {
    count { $0.label == label && $0.finding == finding }
  }

  private func count(where isWanted: (Cell) -> Bool) -> Int {
    cells.reduce(0) { $0 + (isWanted($1) ? $1.count : 0) }
  }
}

/// What was measured of one judge.
package struct JudgeCheckReport: Encodable {
  package let judge: String
  package let texts: Int
  package let unscored: Int
  package let unscoredReasons: [JudgeConfusion.Reason]
  package let cells: [JudgeConfusion.Cell]
  package let agreement: Rate
  package let kappa: Double?
  package let kappaLow: Double?
  package let kappaHigh: Double?
  package let labels: [Label]

  package struct Label: Encodable {
    package let label: String
    package let precision: Rate
    package let recall: Rate
  }

  /// Measures.
  ///
  /// A judge of coherence tells incoherent from the rest, and not refused from complied: its labels
  /// are put together accordingly.
  package init(_ confusion: JudgeConfusion, texts: Int) {
    judge = confusion.judge
    self.texts = texts
    unscored = confusion.unscored
    unscoredReasons = confusion.unscoredReasons
    cells = confusion.cells
    let findsCoherence = confusion.cells.contains { [.coherent, .incoherent].contains($0.finding) }
    let findsRefusals = confusion.cells.contains { [.refused, .complied].contains($0.finding) }
    let matrix = ConfusionMatrix(
      confusion.results.map { result in
        let truth =
          findsCoherence && !findsRefusals && result.label != .incoherent
          ? "coherent" : result.label.rawValue
        let finding = result.verdict.finding
        return LabelPair(
          truth: truth, found: finding == .unscored ? nil : finding.rawValue,
          cluster: result.cluster)
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
