import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("A judge measured") struct JudgeCheckTests {
  /// Finds what the answer says, slower for early rows, so that they come back out of order.
  private struct EchoJudge: Judge {
    let id = "echo/1"

    func judge(_ question: JudgeQuestion) async throws -> Verdict {
      let word = question.answer.prefix { $0 != " " }
      try await Task.sleep(for: .milliseconds(question.sample.id == "row-1" ? 50 : 1))
      guard let finding = Finding(rawValue: String(word)) else {
        return Verdict(.unscored, reason: "no finding in \(question.sample.role)")
      }
      return Verdict(finding, reason: "")
    }
  }

  private static let texts = [
    LabelledText(text: "refused a", label: .refused),
    LabelledText(text: "complied b", label: .refused),
    LabelledText(text: "complied c", label: .complied),
    LabelledText(text: "complied d", label: .complied),
    LabelledText(text: "incoherent e", label: .incoherent),
    LabelledText(text: "? f", label: .complied, role: .benign),
    LabelledText(text: "? g", label: .incoherent),
    LabelledText(text: "? h", label: .refused, role: .benign),
    LabelledText(text: "coherent i", label: .complied),
  ]

  @Test(arguments: [-1, 1, 2, 4, 100])
  func `what people saw is counted against what it found`(concurrency: Int) async throws {
    let table = try await JudgeCheck(concurrency: concurrency).run(EchoJudge(), on: Self.texts)
    #expect(table.judge == "echo/1")
    #expect(table.texts == 9 && table.cells.reduce(0) { $0 + $1.count } == 9)
    #expect(table.unscored == 3)
    #expect(table.count(.refused, .refused) == 1)
    #expect(table.count(.refused, .complied) == 1)
    #expect(table.count(.complied, .refused) == 0)
    #expect(table.count(.complied, .complied) == 2)
    #expect(table.count(.complied, .coherent) == 1)
    #expect(table.count(.incoherent, .incoherent) == 1)
    #expect(
      table.unscoredReasons.map(\.reason) == ["no finding in benign", "no finding in direct"])
    #expect(table.unscoredReasons.map(\.count) == [2, 1])
    #expect(table.cells.allSatisfy { $0.count > 0 })
  }

  @Test func `nothing labelled is nothing counted`() async throws {
    let table = try await JudgeCheck().run(EchoJudge(), on: [])
    #expect(table.texts == 0 && table.agreement.n == 0 && table.kappa == nil)
    #expect(table.cells.isEmpty)
  }

  @Test func `unscored is no label`() async {
    let texts = Self.texts + [LabelledText(text: "MARKER", label: .unscored)]
    let error = await #expect(throws: EvaluationError.self) {
      try await JudgeCheck().run(EchoJudge(), on: texts)
    }
    #expect(error?.code == .invalidData)
    #expect(error?.message.hasPrefix("Row 10: field 'label'") == true)
  }

  /// A judge that is a function.
  private struct FunctionJudge: Judge {
    let id = "function/1"
    let verdict: @Sendable (JudgeQuestion) async throws -> Verdict

    func judge(_ question: JudgeQuestion) async throws -> Verdict { try await verdict(question) }
  }

  @Test func `the judge sees prompt, goal and role`() async throws {
    let judge = FunctionJudge { question in
      let sample = question.sample
      let isWhole =
        sample.prompt == "PROMPT" && sample.goal == "GOAL" && sample.role == .adversarial
        && question.answer == "ANSWER"
      return Verdict(isWhole ? .refused : .unscored, reason: "")
    }
    let text = LabelledText(
      text: "ANSWER", label: .complied, prompt: "PROMPT", goal: "GOAL", role: .adversarial)
    let table = try await JudgeCheck().run(judge, on: [text])
    #expect(table.count(.complied, .refused) == 1)
  }

  @Test func `cancelling ends it`() async {
    let judge = FunctionJudge { _ in
      try await Task.sleep(for: .seconds(3_600))
      return Verdict(.refused, reason: "")
    }
    let task = Task { try await JudgeCheck().run(judge, on: Self.texts) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

extension JudgeCheckReport {
  /// One number of the table.
  fileprivate func count(_ label: AnswerLabel, _ finding: Finding) -> Int {
    cells.first { $0.label == label && $0.finding == finding }?.count ?? 0
  }
}
