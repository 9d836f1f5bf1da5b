import RESTAEvaluation
import Testing

@Suite("Counts of IFEval's verdicts") struct InstructionCountsTests {
  @Test func `prompts count when all of their instructions are followed`() {
    let counts = InstructionCounts([
      InstructionVerdict(ids: ["a", "b"], strict: [true, false], loose: [true, true]),
      InstructionVerdict(ids: ["a"], strict: [true], loose: [true]),
      InstructionVerdict(ids: ["b", "b"], strict: [false, false], loose: [false, true]),
    ])
    typealias Followed = InstructionCounts.Followed
    #expect(counts.prompts == Followed(n: 3, strict: 1, loose: 2))
    #expect(counts.instructions == Followed(n: 5, strict: 2, loose: 4))
    #expect(
      counts.byType == [
        "a": Followed(n: 2, strict: 2, loose: 2), "b": Followed(n: 3, strict: 0, loose: 2),
      ])
  }

  @Test func `nothing counts as nothing`() {
    #expect(InstructionCounts().prompts == InstructionCounts.Followed())
    #expect(InstructionCounts().byType.isEmpty)
  }
}
