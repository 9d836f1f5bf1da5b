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
    case "refusal-phrases/2":
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
