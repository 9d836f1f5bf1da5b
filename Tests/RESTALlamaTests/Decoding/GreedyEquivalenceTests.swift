import RESTA
import RESTALlama
import Testing

extension LlamaTests {
  /// The engine against Tools/greedy, which shares no code with it.
  @Suite("Greedy equivalence") struct GreedyEquivalence {
    static let defenses: [(name: String, settings: DefenseSettings)] = [
      ("none", .none),
      (
        "hard, sigma 0, k 10, l 20",
        DefenseSettings(
          noise: NoiseSettings(kind: .hard, sigma: Sigma(value: 0, unit: .absolute)), seed: 1)
      ),
    ]

    /// The C program's answers, computed once.
    static let references = Task<[GreedyProgram.Answer], any Error> {
      let model = try await SharedModels.model()
      let prompts = try MildPrompts.all.map {
        try Generation.tokenize([.user($0)], for: model).rendered.text
      }
      return try await GreedyProgram.answers(
        prompts, model: .smolQ40, tokens: 64, threads: model.threads)
    }

    @Test("Answers are token for token the C program's", .models(.smolQ40), .greedy)
    func answersAreTheReferences() async throws {
      let model = try await SharedModels.model()
      let references = try await Self.references.value
      #expect(references.count == MildPrompts.all.count)
      for (prompt, reference) in zip(MildPrompts.all, references) {
        let tokenized = try Generation.tokenize([.user(prompt)], for: model)
        #expect(tokenized.ids == reference.prompt, "\(prompt)")
        #expect(!reference.generated.isEmpty, "\(prompt)")
        for defense in Self.defenses {
          let result = try await Generation(
            model: model, prompt: tokenized, defense: defense.settings,
            options: GenerationOptions(maximumTokens: 64)
          ).result()
          let same = zip(result.tokenIDs, reference.generated).prefix { $0 == $1 }.count
          let lead = same < reference.leads.count ? reference.leads[same] : nil
          #expect(
            result.tokenIDs == reference.generated,
            """
            \(defense.name): \(prompt)
            differs from token \(same) on, where the reference leads by \(lead as Any)
            """)
          #expect(
            result.stopReason
              == (reference.generated.count == 64 ? .maximumTokens : .endOfGeneration),
            "\(defense.name): \(prompt)")
        }
      }
    }

    @Test("Without noise all copies agree", .models(.smolQ40))
    func copiesAgreeWithoutNoise() async throws {
      let model = try await SharedModels.model()
      let result = try await model.answer(
        MildPrompts.all[0], tokens: 12, defense: Self.defenses[1].settings)
      #expect(result.votes.count == result.tokenIDs.count)
      for vote in result.votes {
        #expect(vote.asked == 10 && vote.counts.count == 1 && vote.margin == 10, "\(vote)")
      }
    }
  }
}
