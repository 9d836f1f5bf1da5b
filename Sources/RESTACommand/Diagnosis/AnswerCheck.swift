import RESTA

/// Whether the votes make sense, whether the answers do, and what they cost.
struct AnswerCheck {
  let patient: Patient

  private struct Answers {
    let question: String
    let undefended: GenerationResult
    let defended: GenerationResult

    var probe: CoherenceCheck.Probe {
      // As many undefended tokens as were voted on, to compare like with like.
      let voted = max(1, defended.votes.count)
      return CoherenceCheck.Probe(
        question: question, undefended: Array(undefended.tokenIDs.prefix(voted)),
        defended: Array(defended.tokenIDs.prefix(voted)))
    }
  }

  func run() async throws -> [Finding] {
    var answers: [Answers] = []
    for (index, question) in Patient.questions.enumerated() {
      Terminal.status("Asking test questions: \(index + 1) of \(Patient.questions.count)")
      answers.append(try await ask(question))
    }
    defer { Terminal.status("") }
    let coherence = CoherenceCheck(patient: patient, probes: answers.map(\.probe))
    return [
      votes(answers), try await coherence.run(), try await decoders(answers[0]), cost(answers),
    ]
  }

  private func ask(_ question: String) async throws -> Answers {
    var tokens = 48
    if case .tokens(let length) = patient.defense.prefix { tokens = max(tokens, length + 8) }
    return Answers(
      question: question,
      undefended: try await patient.answer(question, defense: .none, maximumTokens: tokens),
      defended: try await patient.answer(
        question, defense: patient.defense, maximumTokens: tokens))
  }

  private func votes(_ answers: [Answers]) -> Finding {
    let votes = answers.flatMap(\.defended.votes)
    let wrong = votes.contains { vote in
      vote.counts.reduce(0) { $0 + $1.count } != vote.asked
        || vote.asked > patient.defense.samples
    }
    guard !wrong, !votes.isEmpty else {
      return .failure(
        "votes", "the votes do not add up to the number of copies",
        remedy: "this is a bug to report")
    }
    let detail = Summary.votes(votes)
    guard votes.contains(where: { $0.counts.count > 1 }) || patient.defense.samples == 1 else {
      return .warning(
        "votes", "\(detail): the noise changes no prediction at all", remedy: "raise --sigma")
    }
    return .pass("votes", detail)
  }

  /// Whether the fast decoder does what the method says.
  private func decoders(_ answers: Answers) async throws -> Finding {
    let fast = answers.defended
    var defense = patient.defense
    defense.seed = fast.settings.defense.seed
    let reference = try await patient.answer(
      answers.question, defense: defense, maximumTokens: max(1, fast.tokenIDs.count),
      decoder: .reference)
    let same = zip(fast.tokenIDs, reference.tokenIDs).prefix { $0 == $1 }.count
    guard same == fast.tokenIDs.count else {
      return .warning(
        "decoder",
        "the fast decoder leaves the reference at token \(same + 1) of \(fast.tokenIDs.count)",
        remedy: "near-ties fall the other way in other batch shapes here; see docs/performance.md")
    }
    return .pass("decoder", "the fast decoder gives the reference's \(same) tokens")
  }

  private func cost(_ answers: [Answers]) -> Finding {
    func perToken(_ results: [GenerationResult]) -> Double {
      results.reduce(0) { $0 + $1.totals.wallSeconds }
        / Double(max(1, results.reduce(0) { $0 + $1.tokenIDs.count }))
    }
    let ratio = perToken(answers.map(\.defended)) / max(perToken(answers.map(\.undefended)), 1e-9)
    return .pass(
      "cost",
      "\(Summary.number(ratio)) times the undefended time for each token of a short answer")
  }
}
