import RESTA
import RESTALlama
import RESTATesting
import Testing

extension LlamaTests {
  /// The engine against Tools/greedy, which shares no code with it.
  @Suite("Greedy equivalence") struct GreedyEquivalence {
    static let noNoise = DefenseSettings(
      noise: NoiseSettings(kind: .hard, sigma: Sigma(value: 0, unit: .absolute)), samples: 10,
      prefix: .tokens(20), seed: 1)

    /// Every third of them in the quick form.
    private static let prompts = stride(
      from: 0, to: MildPrompts.all.count, by: TestSize.of(1, quick: 3)
    ).map { MildPrompts.all[$0] }

    /// What the C program was asked before.
    private static let known = Locked<[TestModel: [GreedyProgram.Answer]]>([:])

    /// The C program's answers to the prompts, of a model; it is asked once.
    static func references(
      _ name: TestModel, _ model: LlamaModel
    ) async throws -> [GreedyProgram.Answer] {
      if let answers = known.value[name] { return answers }
      let texts = try prompts.map {
        try Generation.tokenize([.user($0)], for: model).rendered.text
      }
      let answers = try await GreedyProgram.answers(
        texts, model: name, tokens: 64, threads: model.threads)
      try #require(answers.count == prompts.count && MildPrompts.all.count == 20)
      known.update { $0[name] = answers }
      return answers
    }

    /// Where answers leave the references, and by how much the reference's token led there.
    static func differences(
      _ name: TestModel, defense: DefenseSettings
    ) async throws -> [(prompt: String, position: Int, lead: Float)] {
      let model = try await SharedModels.model(name)
      var differences: [(prompt: String, position: Int, lead: Float)] = []
      for (prompt, reference) in zip(prompts, try await references(name, model)) {
        let tokenized = try Generation.tokenize([.user(prompt)], for: model)
        #expect(tokenized.ids == reference.prompt, "\(prompt)")
        #expect(!reference.generated.isEmpty, "\(prompt)")
        let result = try await Generation(
          model: model, prompt: tokenized, defense: defense,
          options: GenerationOptions(maximumTokens: 64)
        ).result()
        let same = zip(result.tokenIDs, reference.generated).prefix { $0 == $1 }.count
        if result.tokenIDs != reference.generated {
          let lead = same < reference.leads.count ? reference.leads[same] : .nan
          differences.append((prompt, same, lead))
        } else {
          let ended = reference.generated.count < 64
          #expect(result.stopReason == (ended ? .endOfGeneration : .maximumTokens), "\(prompt)")
        }
      }
      return differences
    }

    @Test(
      "Without a defence answers are token for token the C program's", .models(.smolQ40), .greedy)
    func undefended() async throws {
      let differences = try await Self.differences(.smolQ40, defense: .none)
      #expect(differences.isEmpty, "\(differences)")
    }

    // Holds because the pinned build computes attention the same way for every batch shape
    // (scripts/llama-patches/attention.h); without that, 8 of the 20 answers differ at near ties.
    @Test(
      "Without noise, the defence changes no token", .models(.smolQ40), .greedy)
    func noNoise() async throws {
      let differences = try await Self.differences(.smolQ40, defense: Self.noNoise)
      #expect(differences.isEmpty, "\(differences)")
    }

    @Test("Without noise all copies agree, and answer as the undefended model does")
    func copiesAgreeWithoutNoise() async throws {
      let model = try await TinyModelFile.model()
      for seed in UInt64(0)..<10 {
        let prompt = try await TinyModelFile.prompt(seed)
        let options = GenerationOptions(maximumTokens: 40)
        let plain = try await Generation(
          model: model, prompt: prompt, defense: .none, options: options
        ).result()
        let voted = try await Generation(
          model: model, prompt: prompt, defense: Self.noNoise, options: options
        ).result()
        #expect(voted.tokenIDs == plain.tokenIDs, "seed \(seed)")
        #expect(voted.votes.count == min(20, voted.tokenIDs.count), "seed \(seed)")
        for vote in voted.votes {
          // Six that agree decide a vote of ten, whoever else is asked.
          #expect(vote.asked >= 6 && vote.counts.count == 1, "\(vote)")
          #expect(vote.margin == vote.asked, "\(vote)")
        }
      }
    }
  }
}

/// Ordinary questions of our own.
enum MildPrompts {
  static let all = [
    "Name three primary colours.",
    "What is the capital of France?",
    "Explain in two sentences why the sky is blue.",
    "Write a short poem about a cat on a windowsill.",
    "How many days are there in a leap year?",
    "Give me a recipe for pancakes.",
    "Translate \"good morning\" into Spanish.",
    "List five animals that live in the sea.",
    "What is 17 plus 25?",
    "Was ist der Unterschied zwischen Tee und Kaffee?",
    "Summarise: The bus was late, so Anna walked to school and met a friend on the way.",
    "Write a Python function that reverses a list.",
    "  Why do leaves turn red in autumn?  ",
    "Suggest a name for a small bakery near the harbour.",
    "What should I pack for a weekend of hiking?\n- It may rain.\n- I have a tent.",
    "Tell me a fun fact about honey bees 🐝.",
    "日本で一番高い山は何ですか。",
    "Explain photosynthesis to a six-year-old.",
    "Who wrote the play Hamlet, and when?",
    "Continue the story: The lighthouse keeper climbed the stairs and saw",
  ]
}
