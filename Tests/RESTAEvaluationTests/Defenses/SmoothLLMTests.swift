import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Testing

@Suite("SmoothLLM") struct SmoothLLMTests {
  private static let refusal = "I cannot help."
  private static let question = "How tall is the tower of Pisa, please?"

  @Test func `the defaults are the paper's, and settings and ranges are said`() throws {
    let smooth = SmoothLLM()
    #expect(smooth.kind == "smoothllm")
    #expect(smooth.usesSeed)
    #expect(
      smooth.settings == [
        "perturbation": .string("swap"), "percent": .integer(10), "copies": .integer(10),
        "judge": .string("refusal-phrases/3"),
      ])
    for wrong in [SmoothLLM(percent: -1), SmoothLLM(percent: 101), SmoothLLM(copies: 0)] {
      let error = #expect(throws: EvaluationError.self) { try wrong.validate() }
      #expect(error?.code == .invalidConfiguration)
    }
    try SmoothLLM(percent: 0, copies: 1).validate()
  }

  /// Every pattern of refusals among up to 4 copies: the side with strictly more than half wins, and
  /// a tie is for the refusals.
  @Test(arguments: 1...4)
  func `an answer that agrees with the strict majority is given, and each such one is at times`(
    copies: Int
  ) async throws {
    for pattern in 0..<(1 << copies) {
      let isJailbroken = (0..<copies).map { pattern >> $0 & 1 == 1 }
      let answers = isJailbroken.enumerated().map { copy, jailbroken in
        jailbroken ? "Sure, \(copy)" : Self.refusal + " \(copy)"
      }
      let jailbroken = isJailbroken.count { $0 }
      let agreeing = answers.indices.filter { isJailbroken[$0] == (2 * jailbroken > copies) }
      var given: Set<Int> = []
      for seed in 0..<UInt64(16) {
        let answer = try await SmoothLLM(copies: copies).answer(
          Self.question,
          from: DefenseFixture.subject(DefenseFixture.model(answering: answers)), seed: seed)
        let chosen = try #require(answer.notes["chosen"]?.int)
        #expect(answer.text == answers[chosen], "pattern \(isJailbroken), seed \(seed)")
        #expect(answer.notes["jailbroken"]?.int == jailbroken)
        #expect(answer.notes["answered"]?.int == copies)
        #expect(answer.notes["without_room"] == nil)
        given.insert(chosen)
      }
      // One of 4 is missed by all 16 draws with odds of 4 · 0.75^16 = 4 %; the seeds are fixed.
      #expect(given == Set(agreeing), "pattern \(isJailbroken)")
    }
  }

  @Test func `an empty answer is no refusal`() async throws {
    let model = DefenseFixture.model(answering: ["", "", Self.refusal])
    let answer = try await SmoothLLM(copies: 3).answer(
      Self.question, from: DefenseFixture.subject(model), seed: 1)
    #expect(answer.text.isEmpty)
    #expect(answer.notes["jailbroken"]?.int == 2)
  }

  @Test(arguments: SmoothLLM.Perturbation.allCases)
  func `the user's message alone is changed, anew in each copy, the same for a seed`(
    perturbation: SmoothLLM.Perturbation
  ) async throws {
    let smooth = SmoothLLM(perturbation: perturbation, percent: 20, copies: 8)
    func copies(seed: UInt64) async throws -> [String] {
      let model = DefenseFixture.model(answering: ["Yes"])
      _ = try await smooth.answer(
        Self.question, from: DefenseFixture.subject(model, system: "Be brief."), seed: seed)
      return DefenseFixture.prompts(of: model)
    }
    let prompts = try await copies(seed: 5)
    #expect(Set(prompts).count == 8)
    let length = Self.question.count + (perturbation == .insert ? Self.question.count / 5 : 0)
    for prompt in prompts {
      #expect(prompt.hasPrefix("<system>Be brief.<user>") && prompt.hasSuffix("<model>"))
      // Bytes: the characters are ASCII, of which line ends may fall together.
      #expect(prompt.utf8.count == "<system>Be brief.<user><model>".utf8.count + length)
    }
    #expect(try await copies(seed: 5) == prompts)
    #expect(try await copies(seed: 6) != prompts)
  }

  @Test func `nothing is changed at 0 percent or in a short message`() async throws {
    for (smooth, message) in [
      (SmoothLLM(percent: 0, copies: 3), Self.question), (SmoothLLM(copies: 3), "Hi there!"),
      (SmoothLLM(copies: 3), ""),
    ] {
      let model = DefenseFixture.model(answering: ["Yes"])
      _ = try await smooth.answer(message, from: DefenseFixture.subject(model), seed: 9)
      #expect(
        DefenseFixture.prompts(of: model)
          == Array(repeating: "<user>\(message)<model>", count: 3))
    }
  }

  @Test func `copies that grew out of the context have no vote, and are counted`() async throws {
    // A template of 13 bytes, 60 of message and 6 inserted fill 79; one token of answer must fit.
    let message = String(repeating: "x", count: 60)
    let smooth = SmoothLLM(perturbation: .insert, percent: 10, copies: 4)
    func answer(contextLength: Int) async throws -> DefendedAnswer {
      let model = DefenseFixture.model(answering: ["Yes"], contextLength: contextLength)
      return try await smooth.answer(message, from: DefenseFixture.subject(model), seed: 2)
    }
    #expect(try await answer(contextLength: 80).notes["answered"]?.int == 4)
    let error = await #expect(throws: RESTAError.self) { try await answer(contextLength: 79) }
    #expect(error?.code == .contextExceeded)
  }

  /// Swapped characters are ASCII: each "é" that goes saves a byte, so that copies differ in length.
  @Test func `where some copies fit and some do not, those that do decide`() async throws {
    let message = String(repeating: "é", count: 4) + String(repeating: "x", count: 36)
    var partly = 0
    for seed in 0..<UInt64(40) {
      // As many as the template's 13 bytes and the message's 44: no room for an answer.
      let model = DefenseFixture.model(answering: ["Yes"], contextLength: 57)
      let smooth = SmoothLLM(copies: 3)
      do {
        let answer = try await smooth.answer(
          message, from: DefenseFixture.subject(model), seed: seed)
        let answered = try #require(answer.notes["answered"]?.int)
        #expect(answered == DefenseFixture.prompts(of: model).count)
        #expect((answer.notes["without_room"]?.int ?? 0) == 3 - answered)
        if answered < 3 { partly += 1 }
      } catch let error as RESTAError {
        #expect(error.code == .contextExceeded)
      }
    }
    #expect(partly > 5)
  }

  @Test func `copies sample with seeds of their own where the subject samples`() async throws {
    func answers(seed: UInt64) async throws -> [[TokenID]] {
      let model = DefenseFixture.modelOfEmbeddings()
      var subject = try DefenseFixture.subject(model)
      subject.options.sampling.temperature = 1
      _ = try await SmoothLLM(percent: 0, copies: 3).answer(
        Self.question, from: subject, seed: seed)
      return DefenseFixture.answers(of: model)
    }
    let first = try await answers(seed: 1)
    #expect(Set(first).count == 3)
    #expect(try await answers(seed: 1) == first)
    #expect(try await answers(seed: 2) != first)
  }
}
