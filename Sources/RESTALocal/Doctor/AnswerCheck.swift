import RESTA
import Synchronization

/// Whether the votes make sense, whether the answers do, and what they cost.
struct AnswerCheck {
  let patient: Patient

  private struct Answers {
    let question: String
    let undefended: GenerationResult
    let defended: GenerationResult

    var probe: CoherenceCheck.Probe {
      // As many undefended tokens as were voted on, to compare like with like; what checkpoints voted on lies behind
      // others.
      let voted = max(1, defended.votes.enumerated().prefix { $0 == $1.position }.count)
      return CoherenceCheck.Probe(
        question: question, undefended: Array(undefended.tokenIDs.prefix(voted)),
        defended: Array(defended.tokenIDs.prefix(voted)))
    }
  }

  func run() async throws -> [DoctorFinding] {
    var answers: [Answers] = []
    defer { Terminal.status("") }
    for (index, question) in Patient.questions.enumerated() {
      Terminal.status("Asking test questions: \(index + 1) of \(Patient.questions.count)")
      answers.append(try await ask(question))
    }
    let coherence = CoherenceCheck(patient: patient, probes: answers.map(\.probe))
    var findings = [votes(answers)]
    findings += try await DoctorFinding.of("coherence") { [try await coherence.run()] }
    findings += try await DoctorFinding.of("decoder") { [try await decoders(answers[0])] }
    return findings + [cost(answers)]
  }

  private func ask(_ question: String) async throws -> Answers {
    var tokens = 48
    if case .tokens(let length) = patient.defense.prefix {
      tokens = max(tokens, min(length, 1 << 24) + 8)
    }
    return Answers(
      question: question,
      undefended: try await patient.answer(question, defense: .none, maximumTokens: tokens),
      defended: try await patient.answer(
        question, defense: patient.defense, maximumTokens: tokens))
  }

  private func votes(_ answers: [Answers]) -> DoctorFinding {
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
    // One copy, of k = 1 or by a lead of 1, disagrees with none.
    guard votes.contains(where: { $0.counts.count > 1 || $0.asked == 1 }) else {
      return .warning(
        "votes", "\(detail): the noise changes no prediction at all", remedy: "raise --sigma")
    }
    return .pass("votes", detail)
  }

  /// Whether the fast decoder does what the method says.
  private func decoders(_ answers: Answers) async throws -> DoctorFinding {
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

  private func cost(_ answers: [Answers]) -> DoctorFinding {
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
  /// In nats for each token: answers that depend less on their questions begin alike, and have nothing to lose.
  private static let leastDependence = 0.05

  /// The first tokens of a question's undefended and defended answer.
  struct Probe {
    let question: String
    let undefended: [TokenID]
    let defended: [TokenID]
  }

  let patient: Patient
  let probes: [Probe]

  func run() async throws -> DoctorFinding {
    let undefended = try await measure(\.undefended)
    let defended = try await measure(\.defended)
    let loss = undefended.likelihood - defended.likelihood
    let share =
      undefended.dependence < Self.leastDependence
      ? nil : defended.dependence / undefended.dependence
    let detail =
      "voted tokens are \(Summary.number(max(0, loss))) nats less likely than undefended ones, "
      + (share.map { "and keep \(Int(($0 * 100).rounded())) % of their dependence on the question" }
        ?? "which hardly depend on the question themselves")
    if loss > Self.largestLoss || share ?? 1 < Self.smallestDependence {
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

/// Remembers the embeddings that a model's sequences are fed first.
final class EmbeddingObserver: Sendable {
  // Invariant: by the sequence's index in the reservation, or by the stream's number.
  private let fed = Mutex([Int: EmbeddingMatrix]())

  var embeddings: [Int: EmbeddingMatrix] { fed.withLock { $0 } }

  /// The model to ask in the place of another.
  func watching(_ model: any LanguageModel) -> any LanguageModel {
    if let streaming = model as? any StreamingModel {
      return ObservedStreams(streaming, observer: self)
    }
    return WatchedModel(model) { [self] _ in
      return { step in
        guard case .forward(let segments) = step else { return }
        for segment in segments {
          guard let rows = segment.input.rows(0..<segment.input.count) else { continue }
          self.note(rows, of: segment.sequence)
        }
      }
    }
  }

  fileprivate func note(_ rows: EmbeddingMatrix, of sequence: Int) {
    fed.withLock { $0[sequence] = $0[sequence] ?? rows }
  }
}

/// A model that streams, so observed: each stream of rows is a copy's.
private final class ObservedStreams: StreamingModel {
  private let streaming: any StreamingModel
  private let observer: EmbeddingObserver
  // Invariant: the number of streams of rows so far.
  private let copies = Mutex(0)

  init(_ model: any StreamingModel, observer: EmbeddingObserver) {
    streaming = model
    self.observer = observer
  }

  var information: ModelInformation { streaming.information }
  var tokenizer: any Tokenizer { streaming.tokenizer }
  var chatTemplate: ChatTemplate? { get throws { try streaming.chatTemplate } }

  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix {
    try await streaming.embeddings(of: tokens)
  }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    try await streaming.reserve(sequences: sequences, cells: cells)
  }

  func streams(for client: String?) async throws -> any PredictionStreams {
    Streams(model: self, inner: try await streaming.streams(for: client))
  }

  func logProbabilities(of answer: [TokenID], after prompt: [TokenID]) async throws -> [Double] {
    try await streaming.logProbabilities(of: answer, after: prompt)
  }

  private struct Streams: PredictionStreams {
    let model: ObservedStreams
    let inner: any PredictionStreams

    var uploadedBytes: Int { inner.uploadedBytes }

    func predict(
      _ request: PredictionRequest, receive: @escaping @Sendable (StreamedPrediction) -> Void
    ) async throws {
      if case .perturbed(let rows) = request.prompt {
        let copy = model.copies.withLock { copies in
          copies += 1
          return copies
        }
        model.observer.note(rows.rows(0..<rows.count), of: copy)
      }
      try await inner.predict(request, receive: receive)
    }

    func logProbability(of token: TokenID, in request: PredictionRequest) async throws -> Double {
      try await inner.logProbability(of: token, in: request)
    }
  }
}
