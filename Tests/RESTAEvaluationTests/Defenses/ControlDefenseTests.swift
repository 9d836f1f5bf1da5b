import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Testing

@Suite("Reminder and controls") struct ControlDefenseTests {
  private static let question = "How tall is the tower?"

  @Test func `the undefended answer is that of ordinary decoding`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.model(answering: ["Sixty metres"]))
    let answer = try await Undefended().answer(Self.question, from: subject, seed: 0)
    #expect(answer.text == "Sixty metres")
    #expect(answer.stopReason == "end_of_generation")
    #expect(answer.votes.isEmpty)
    #expect(answer.notes.isEmpty)
    #expect(Undefended().kind == "none")
    #expect(Undefended().settings.isEmpty)
    #expect(!Undefended().usesSeed)
  }

  @Test func `the reminder stands around the user's message`() async throws {
    let model = DefenseFixture.model(answering: ["Yes"])
    _ = try await SelfReminder(before: "Mind: ", after: " (mind)").answer(
      Self.question, from: DefenseFixture.subject(model, system: "S"), seed: 0)
    #expect(
      DefenseFixture.prompts(of: model) == ["<system>S<user>Mind: \(Self.question) (mind)<model>"])
    #expect(
      SelfReminder().settings == [
        "before": .string(SelfReminder.defaultBefore), "after": .string(SelfReminder.defaultAfter),
      ])
    try SelfReminder(before: "", after: "x").validate()
    #expect(throws: EvaluationError.self) { try SelfReminder(before: "", after: "").validate() }
  }

  @Test(arguments: [0.0, 0.05, 0.3, 0.5, 0.9, 1.0])
  func `the share of random refusals is the probability`(probability: Double) async throws {
    let model = DefenseFixture.model(answering: ["Yes"])
    let subject = try DefenseFixture.subject(model)
    let defense = RandomRefusal(probability: probability)
    let draws = 600
    var refusals = 0
    for seed in 0..<UInt64(draws) {
      let answer = try await defense.answer(Self.question, from: subject, seed: seed)
      if answer.stopReason == DefendedAnswer.rejected {
        refusals += 1
        #expect(answer.text == DefendedAnswer.refusalText)
        #expect(answer.passes == 0 && answer.tokensProcessed == 0 && answer.seconds == 0)
      } else {
        #expect(answer.text == "Yes")
      }
    }
    // 5 standard deviations of a binomial count; 0 for the two certain cases.
    let bound = 5 * (Double(draws) * probability * (1 - probability)).squareRoot()
    #expect(abs(Double(refusals) - Double(draws) * probability) <= bound, "\(refusals)")
    #expect(DefenseFixture.prompts(of: model).count == draws - refusals)
    #expect(defense.usesSeed == (probability != 0 && probability != 1))
  }

  @Test func `a probability that is none is an error`() {
    for wrong in [-0.1, 1.1, .nan, .infinity] {
      #expect(throws: EvaluationError.self) { try RandomRefusal(probability: wrong).validate() }
    }
  }

  @Test func `a cancelled task does not get a random refusal`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.model(answering: ["Yes"]))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await RandomRefusal(probability: 1).answer(Self.question, from: subject, seed: 0)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `temperature alone samples with the seed, and at 0 is greedy`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.modelOfEmbeddings())
    func text(_ defense: some Defense, _ seed: UInt64) async throws -> String {
      try await defense.answer(Self.question, from: subject, seed: seed).text
    }
    let greedy = try await text(Undefended(), 0)
    var sampled: Set<String> = []
    for seed in 0..<UInt64(10) {
      sampled.insert(try await text(TemperatureOnly(temperature: 1.5), seed))
      #expect(try await text(TemperatureOnly(temperature: 0), seed) == greedy)
      #expect(try await text(TemperatureOnly(temperature: 1.5, topP: 0), seed) == greedy)
    }
    #expect(sampled.count > 5)
    #expect(TemperatureOnly().usesSeed)
    #expect(!TemperatureOnly(temperature: 0).usesSeed)
    #expect(
      TemperatureOnly(temperature: 0.5, topP: 0.9).settings
        == ["temperature": .number(0.5), "top_p": .number(0.9)])
    for wrong in [TemperatureOnly(temperature: -1), TemperatureOnly(topP: 1.5)] {
      #expect(throws: EvaluationError.self) { try wrong.validate() }
    }
  }

  @Test func `temperature alone is the decoder's sampling at that temperature`() async throws {
    let subject = try DefenseFixture.subject(DefenseFixture.modelOfEmbeddings())
    for seed in 0..<UInt64(5) {
      let answer = try await TemperatureOnly(temperature: 0.7, topP: 0.8).answer(
        Self.question, from: subject, seed: seed)
      var options = subject.options
      options.sampling = SamplingSettings(temperature: 0.7, topP: 0.8, seed: seed)
      let expected = try await Generation(
        model: subject.model, messages: [.user(Self.question)], template: subject.template,
        defense: .none, options: options
      ).result()
      #expect(answer.tokenIDs == expected.tokenIDs)
      #expect(answer.votes.isEmpty)
    }
  }
}
