/// How often a judge found what where people saw what.
package struct JudgeConfusion: Sendable, Hashable, Codable {
  /// One cell of the table.
  package struct Cell: Sendable, Hashable, Codable {
    /// What people saw: never unscored.
    package var label: AnswerLabel
    /// What the judge found.
    package var finding: Finding
    /// In how many texts, at least 1.
    package var count: Int
  }

  /// Why texts are unscored, and how many.
  package struct Reason: Sendable, Hashable, Codable {
    /// The judge's reason.
    package var reason: String
    /// In how many texts, at least 1.
    package var count: Int
  }

  /// The judge's id.
  package var judge: String
  /// The cells that are not 0, in the order of the labels, then of the findings; unscored ones are
  /// among them.
  package var cells: [Cell]
  /// Why texts are unscored, by descending count, then by reason.
  package var unscoredReasons: [Reason]

  /// Counts findings.
  ///
  /// - Parameters:
  ///   - judge: The judge's id.
  ///   - results: For each text what people saw and what the judge said.
  package init(judge: String, results: [(label: AnswerLabel, verdict: Verdict)]) {
    self.judge = judge
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

  /// How many texts there are.
  package var total: Int { cells.reduce(0) { $0 + $1.count } }

  /// How many texts the judge could not tell; part of no agreement.
  package var unscored: Int { count { $0.finding == .unscored } }

  /// One number of the table.
  ///
  /// - Parameters:
  ///   - label: What people saw.
  ///   - finding: What the judge found.
  /// - Returns: In how many texts.
  package func count(_ label: AnswerLabel, _ finding: Finding) -> Int {
    count { $0.label == label && $0.finding == finding }
  }

  private func count(where isWanted: (Cell) -> Bool) -> Int {
    cells.reduce(0) { $0 + (isWanted($1) ? $1.count : 0) }
  }
}
