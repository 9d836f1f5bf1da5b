import RESTARefusals
import RESTADocuments
import RESTA

extension SmoothLLM {
  /// Answers one prompt.
  ///
  /// The notes hold `answered` (the copies that were), `jailbroken` (how many of their answers are no
  /// refusals), `chosen` (the copy whose answer is given) and, where there are any, `without_room`.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The seed of the changes, of the choice, and of sampling if there is any.
  /// - Returns: The answer of one copy with that copy's `promptTokens`, and the cost of all.
  /// - Throws: ``EvaluationError`` for a value out of range, ``RESTA/RESTAError``, the engine's error,
  ///   or `CancellationError`.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    try validate()
    var answers: [(copy: Int, answer: DefendedAnswer)] = []
    for copy in 0..<copies {
      let perturbed = perturbed(prompt, copy: copy, seed: seed)
      var sampling = DefenseRandom(seed: seed, purpose: .sampling, lane: UInt32(copy))
      do {
        let result = try await subject.respond(to: perturbed, seed: sampling.next())
        answers.append((copy, DefendedAnswer(result)))
      } catch let error as RESTAError where error.code == .contextExceeded {
        // The changes may cost tokens. The last copy's turn, and none had room: so it is an error.
        if copy == copies - 1, answers.isEmpty { throw error }
      }
    }
    return chosen(from: answers, seed: seed)
  }

  /// One copy of the message.
  func perturbed(_ prompt: String, copy: Int, seed: UInt64) -> String {
    var random = DefenseRandom(seed: seed, purpose: .perturbation, lane: UInt32(copy))
    return TextPerturbation.drawn(
      perturbation, length: prompt.unicodeScalars.count, percent: percent, using: &random
    ).applied(to: prompt)
  }

  private func chosen(
    from answers: [(copy: Int, answer: DefendedAnswer)], seed: UInt64
  ) -> DefendedAnswer {
    let isJailbroken = answers.map { !phrases.isRefusal($0.answer.text) }
    let jailbroken = isJailbroken.count { $0 }
    let majority = 2 * jailbroken > answers.count
    // Never empty: the majority is the larger side, or in a tie the refusals, which are half.
    let agreeing = answers.indices.filter { isJailbroken[$0] == majority }
    var random = DefenseRandom(seed: seed, purpose: .choice)
    let (copy, answer) = answers[agreeing[random.integer(below: agreeing.count)]]

    var result = answer
    result.passes = answers.reduce(0) { $0 + $1.answer.passes }
    result.tokensProcessed = answers.reduce(0) { $0 + $1.answer.tokensProcessed }
    result.seconds = answers.reduce(0) { $0 + $1.answer.seconds }
    result.notes = [
      "answered": .integer(Int128(answers.count)), "jailbroken": .integer(Int128(jailbroken)),
      "chosen": .integer(Int128(copy)),
    ]
    if answers.count < copies {
      result.notes["without_room"] = .integer(Int128(copies - answers.count))
    }
    return result
  }
}
