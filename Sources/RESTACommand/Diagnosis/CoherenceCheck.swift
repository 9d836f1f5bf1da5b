import RESTA

/// Whether defended answers are still language, and still about what was asked.
///
/// Noise spoils an answer in two ways: the voted tokens stop being likely text, or they are fluent
/// but no longer depend on the question. Both are measured with the unperturbed model on the voted
/// tokens; what follows them was chosen without noise.
struct CoherenceCheck {
  /// The most that the mean log-probability of voted tokens may fall, in nats for each token.
  static let largestLoss = 1.5
  /// The least share of an undefended answer's dependence on its question that must remain.
  ///
  /// On SmolLM2-135M with hard noise it is above 0.8 up to a relative sigma of 2, and near 0 where
  /// the answers are about something else (docs/doctor.md has the measurement).
  static let smallestDependence = 0.5

  /// The first tokens of a question's undefended and defended answer.
  struct Probe {
    let question: String
    let undefended: [TokenID]
    let defended: [TokenID]
  }

  let patient: Patient
  let probes: [Probe]

  func run() async throws -> Finding {
    let undefended = try await measure(\.undefended)
    let defended = try await measure(\.defended)
    let loss = undefended.likelihood - defended.likelihood
    let share = defended.dependence / max(undefended.dependence, 1e-9)
    let detail =
      "voted tokens are \(Summary.number(max(0, loss))) nats less likely than undefended ones, and "
      + "keep \(Int((share * 100).rounded())) % of their dependence on the question"
    if loss > Self.largestLoss || share < Self.smallestDependence {
      return .failure(
        "coherence", "sigma is too high: the output is incoherent (\(detail))",
        remedy: "lower --sigma")
    }
    return .pass("coherence", detail)
  }

  /// Means over the probes, in nats for each token: the answers' log-probability given their own
  /// question, and how much of it is gone given the other questions.
  private func measure(
    _ answer: KeyPath<Probe, [TokenID]>
  ) async throws -> (likelihood: Double, dependence: Double) {
    let prompts = try probes.map { try patient.prompt([.user($0.question)]).ids }
    var own = 0.0
    var others = 0.0
    for (index, probe) in probes.enumerated() {
      // Ended at once: nothing was said, so there is nothing incoherent in it.
      guard !probe[keyPath: answer].isEmpty else { continue }
      for (other, prompt) in prompts.enumerated() {
        let value = try await AnswerScore.score(
          probe[keyPath: answer], after: prompt, model: patient.model
        ).meanLogProbability
        if other == index { own += value } else { others += value }
      }
    }
    let count = Double(probes.count)
    return (own / count, own / count - others / (count * (count - 1)))
  }
}
