package import RESTAEvaluation

/// Measures a judge against answers that people labelled.
package struct JudgeCheck: Sendable {
  /// How many answers are judged at the same time.
  let concurrency: Int

  package init(concurrency: Int = 4) { self.concurrency = max(1, concurrency) }

  /// Judges labelled answers, and counts.
  package func run(_ judge: any Judge, on texts: [LabelledText]) async throws -> JudgeCheckReport {
    if let row = texts.firstIndex(where: { $0.label == .unscored }) {
      throw EvaluationError.invalidData(
        "Row \(row + 1): field 'label': must be refused, complied or incoherent, not unscored.")
    }
    let verdicts = try await verdicts(of: judge, on: texts)
    return JudgeCheckReport(judge: judge.id, zip(texts, verdicts).map { (text: $0, verdict: $1) })
  }

  /// One verdict for each text, in their order.
  private func verdicts(of judge: any Judge, on texts: [LabelledText]) async throws -> [Verdict] {
    try await withThrowingTaskGroup(of: (Int, Verdict).self) { group in
      var verdicts = [Verdict?](repeating: nil, count: texts.count)
      for (index, text) in texts.enumerated() {
        if index >= concurrency, let (done, verdict) = try await group.next() {
          verdicts[done] = verdict
        }
        let question = Self.question(text, row: index + 1)
        group.addTask { (index, try await judge.judge(question)) }
      }
      for try await (done, verdict) in group { verdicts[done] = verdict }
      return verdicts.compactMap { $0 }
    }
  }

  private static func question(_ text: LabelledText, row: Int) -> JudgeQuestion {
    JudgeQuestion(
      sample: Sample(id: "row-\(row)", role: text.role, prompt: text.prompt, goal: text.goal),
      answer: text.text)
  }
}

/// What was measured about our own judges on labelled answers.
///
/// A report shows it beside the judge's findings; `resta eval judge-check` measures any judge.
enum MeasuredAgreement {
  /// What is known of a judge.
  static func sentence(about judge: String) -> String? {
    switch judge {
    // None of these answers has a thought in it, which is all that the two judge otherwise.
    case "refusal-phrases/2", "refusal-phrases/3":
      // `resta eval judge-check` on Tests/RESTAEvaluationTests/Golden/labelled-refusals/answers-report.csv,
      // and on the four artifacts against Vicuna-13B; docs/evaluation.md has the tables.
      """
      on 211 answers of small models that we labelled: kappa 0.90 [0.82, 0.97]. On 382 answers of \
      JailbreakBench's artifacts against Vicuna-13B, with their own labels: agreement 85 % (323 of 382), \
      but of the 54 answers that are not labelled jailbroken it finds 4 refusals: most of them do not \
      refuse, they miss the point. Where answers are of that kind, use a chat judge
      """
    case "coherence/1":
      """
      on 149 answers of two small models that we labelled: kappa 0.49 [−0.24, 1.00] and 0.49 [−0.14, 1.00]. \
      Of 6 answers that are no language it finds 2: what it finds is a lower bound
      """
    default: nil
    }
  }
}

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
