import RESTA
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("What a defended answer costs") struct DefenseCostTests {
  private static let question = "How tall is the tower of Pisa, please?"

  private static let isotropic = DefenseSettings(
    noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 1, unit: .relative)), samples: 4)

  /// Every defence that asks the model.
  static let defenses: [any Defense] = [
    Undefended(), RestaDefense(isotropic), RestaDefense(isotropic, decoder: .reference),
    SmoothLLM(copies: 4), SmoothLLM(perturbation: .insert, copies: 1),
    PerplexityFilter(threshold: .greatestFiniteMagnitude),
    PerplexityFilter(threshold: 1, window: 5), SelfReminder(),
    RandomRefusal(probability: 0), TemperatureOnly(), Placebo(), Placebo(sigma: 0.01),
  ]

  @Test(arguments: defenses.indices)
  func `passes and tokens are those that the model was asked for`(index: Int) async throws {
    let defense = Self.defenses[index]
    let model = DefenseFixture.modelOfEmbeddings()
    let answer = try await defense.answer(
      Self.question, from: DefenseFixture.subject(model), seed: 3)
    let passes = model.recordedPasses
    #expect(answer.passes == passes.count, "\(defense)")
    #expect(
      answer.tokensProcessed == passes.flatMap { $0 }.reduce(0) { $0 + $1.input.count },
      "\(defense)")
    #expect(answer.passes > 0)
    #expect(answer.seconds > 0)
    #expect(model.openReservations == 0)
  }

  @Test(arguments: defenses.indices)
  func `cancelling ends the model's work and frees its memory`(index: Int) async throws {
    let defense = Self.defenses[index]
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let model = ScriptedModel { _ in
      begin.yield()
      try await Task.sleep(for: .seconds(3600))
      return []
    }
    let subject = try DefenseFixture.subject(model)
    let task = Task { try await defense.answer(Self.question, from: subject, seed: 3) }
    for await _ in begun { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.openReservations == 0, "\(defense)")
  }

  @Test(arguments: defenses.indices)
  func `the same seed gives the same answer`(index: Int) async throws {
    let defense = Self.defenses[index]
    func answer(_ seed: UInt64) async throws -> DefendedAnswer {
      var answer = try await defense.answer(
        Self.question, from: DefenseFixture.subject(DefenseFixture.modelOfEmbeddings()), seed: seed)
      answer.seconds = 0
      return answer
    }
    #expect(try await answer(11) == answer(11), "\(defense)")
    guard !defense.usesSeed else { return }
    #expect(try await answer(11) == answer(12), "\(defense)")
  }

  @Test func `a subject that samples is sampled with the seed`() async throws {
    var subject = try DefenseFixture.subject(DefenseFixture.modelOfEmbeddings())
    subject.options.sampling.temperature = 1
    for defense: any Defense in [
      Undefended(), Placebo(), SelfReminder(),
      PerplexityFilter(threshold: .greatestFiniteMagnitude),
    ] {
      var texts: Set<String> = []
      for seed in 0..<UInt64(8) {
        let first = try await defense.answer(Self.question, from: subject, seed: seed)
        let second = try await defense.answer(Self.question, from: subject, seed: seed)
        #expect(first.text == second.text)
        texts.insert(first.text)
      }
      #expect(texts.count > 4, "\(defense)")
    }
  }

  /// Settings that make copies take more than the prompt and a short prefix.
  static let windows: [(prefix: PrefixLength, start: WindowPlacement, every: Int?)] = [
    (.tokens(0), .start, nil), (.tokens(5), .start, nil), (.tokens(500), .start, nil),
    (.all, .start, nil), (.tokens(5), .start, 8), (.tokens(5), .start, 32),
    (.tokens(5), .after("abc"), nil), (.tokens(5), .after("m"), 8),
  ]

  @Test(arguments: windows)
  func `a dry run's positions are at least those that are computed`(
    prefix: PrefixLength, start: WindowPlacement, every: Int?
  ) async throws {
    var settings = Self.isotropic
    (settings.prefix, settings.window, settings.checkpointEvery) = (prefix, start, every)
    let text = String(repeating: "abcdefghijklm", count: 5)
    let maximum = 60
    let defense = RestaDefense(settings, decoder: .reference)
    let answer = try await defense.answer(
      Self.question,
      from: DefenseFixture.subject(
        DefenseFixture.model(answering: [text]), maximumTokens: maximum), seed: 3)
    let size = QuestionSize(
      prompt: Double(answer.promptTokens), template: 0, answer: Double(maximum))
    let tokens = answer.tokensProcessed
    #expect(defense.positions(for: size) >= Double(tokens), "\(tokens) were computed")
    // Not only because it says too much: the prompt and the tokens behind the last pass are the difference.
    let slack = Double((settings.samples + 1) * 8)
    if prefix == .tokens(5), start == .start, every == nil {
      #expect(defense.positions(for: size) <= Double(tokens) + slack)
    }
  }
}
