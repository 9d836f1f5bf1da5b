import RESTA
import RESTAEvaluation
import RESTATesting
import Synchronization

/// Scripted models, and what they were asked.
enum DefenseFixture {
  /// `<user>QUESTION<model>`, with a system prompt as `<system>TEXT` in front.
  static func template() throws -> ChatTemplate {
    try ChatTemplate(
      source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>")
  }

  static func subject(
    _ model: ScriptedModel, system: String? = nil, maximumTokens: Int = 64
  ) throws -> Subject {
    Subject(
      model: model, template: try template(), system: system,
      options: GenerationOptions(maximumTokens: maximumTokens))
  }

  /// A model that gives one answer after the other, a byte a token, and begins again at the end.
  static func model(answering answers: [String], contextLength: Int = 4096) -> ScriptedModel {
    let number = CallCounter()
    return ScriptedModel(contextLength: contextLength) { context in
      if context.answer.isEmpty { number.increment() }
      let answer = Array(answers[(number.value - 1) % answers.count].utf8)
      guard context.answer.count < answer.count else { return end }
      return TokenID(answer[context.answer.count])
    }
  }

  /// A model whose greedy answer of 6 letters is a function of all embeddings that it was fed as rows,
  /// and of what was answered so far; where it samples, all letters are about equally likely.
  static func modelOfEmbeddings() -> ScriptedModel {
    ScriptedModel { context in
      var words = (context.embeddings?.values ?? []).map { UInt64($0.bitPattern) }
      words += context.answer.map { UInt64($0) }
      var logits = [Float](repeating: -100, count: 257)
      if context.answer.count == 6 {
        logits[Int(end)] = 1
        return logits
      }
      for letter in 97...122 { logits[letter] = 0 }
      logits[97 + Int(SeededGenerator.hash(words) % 26)] = 0.5
      return logits
    }
  }

  static let end: TokenID = 256

  /// The prompts of the generations so far, as text: what each pass fed into an empty sequence.
  static func prompts(of model: ScriptedModel) -> [String] {
    model.recordedPasses.flatMap { $0 }.compactMap { segment in
      guard case .tokens(let tokens) = segment.input, tokens.count > 1 else { return nil }
      return String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
  }

  /// The answers of the generations so far: what followed each prompt, a token at a time.
  static func answers(of model: ScriptedModel) -> [[TokenID]] {
    var answers: [[TokenID]] = []
    for segment in model.recordedPasses.flatMap({ $0 }) {
      guard case .tokens(let tokens) = segment.input else { continue }
      if tokens.count > 1 { answers.append([]) } else { answers[answers.count - 1] += tokens }
    }
    return answers
  }
}

/// Counts calls.
private final class CallCounter: Sendable {
  // Invariant: never falls.
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increment() { count.withLock { $0 += 1 } }
}
