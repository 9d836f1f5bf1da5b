import Foundation
import RESTATesting
import Testing

@testable import RESTA

@Suite("AnswerScore")
struct AnswerScoreTests {
  private func model() -> ScriptedModel {
    // The token that was fed last is likelier than all others by 2, "a" is at the start.
    ScriptedModel { context in
      var logits = [Float](repeating: 0, count: Fixture.vocabulary)
      logits[Int(context.answer.last ?? 97)] = 2
      return logits
    }
  }

  @Test("is the mean log-probability of the answer's tokens, each after those in front of it")
  func mean() async throws {
    let model = model()
    let normalizer = log(exp(2.0) + 256)
    let answers: [(String, Double)] = [
      ("a", 2 - normalizer), ("b", -normalizer), ("aa", 2 - normalizer), ("ab", 1 - normalizer),
      ("abbc", 1 - normalizer),
    ]
    for (answer, expected) in answers {
      let tokens = answer.map(Fixture.token)
      let score = try await AnswerScore.score(tokens, after: [91, 93], model: model)
      #expect(score.tokens == tokens.count, "\(answer)")
      #expect(abs(score.meanLogProbability - expected) < 1e-12, "\(answer)")
    }
    #expect(model.recordedPasses.count == answers.count)
    #expect(model.openReservations == 0)
  }

  @Test(
    "needs an answer and a prompt", arguments: [([], [1]), ([1], [])] as [([TokenID], [TokenID])])
  func empty(answer: [TokenID], prompt: [TokenID]) async {
    let model = model()
    let error = await #expect(throws: RESTAError.self) {
      try await AnswerScore.score(answer, after: prompt, model: model)
    }
    #expect(error?.code == .invalidMessages)
  }

  @Test("needs room for both in the context")
  func contextFull() async throws {
    let model = ScriptedModel(contextLength: 4, predicting: { _ in 97 })
    await #expect(throws: Never.self) {
      try await AnswerScore.score([97, 97], after: [91, 93], model: model)
    }
    let error = await #expect(throws: RESTAError.self) {
      try await AnswerScore.score([97, 97, 97], after: [91, 93], model: model)
    }
    #expect(error?.code == .contextExceeded)
  }

  @Test("frees the memory when the model fails")
  func failing() async {
    struct Fault: Error {}
    let model = ScriptedModel { _ in throw Fault() }
    await #expect(throws: Fault.self) {
      try await AnswerScore.score([97], after: [91], model: model)
    }
    #expect(model.openReservations == 0)
  }
}
