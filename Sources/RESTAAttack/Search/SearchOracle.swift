import RESTA
import RESTAEvaluation

/// The log-probability of any of some tokens at the beginning of the answer, for many suffixes at a time.
///
/// What all have in front stays in the model's cache, so that a suffix costs itself and what follows it,
/// or the user's whole message where there is noise on it.
struct SearchOracle: Sendable {
  private let subject: Subject
  private let targets: [TokenID]
  /// RESTA's settings, where its noise is on the first token's copies.
  private let defense: DefenseSettings?
  private var room: Room?
  /// Positions that were computed.
  private(set) var positions = 0

  private struct Room {
    let reservation: any SequenceReservation
    let shared: Int
    let lanes: Int
  }

  /// The most sequences at a time, that in front included: as many as a defended answer has, so that
  /// attacks side by side have the room of answers side by side.
  private static let width = 12

  init(_ subject: Subject, targets: [TokenID], defense: DefenseSettings?) {
    self.subject = subject
    self.targets = targets
    self.defense = defense
  }

  /// Gives the room back, so that an answer can have it; it is taken again when it is needed.
  mutating func release() async {
    await room?.reservation.release()
    room = nil
  }

  /// Scores candidates on some draws: those of a seed, the same for all of them.
  mutating func scores(
    of candidates: [SearchPrompt.Candidate], draws: Range<Int>, seed: UInt64, behind front: Int
  ) async throws -> [SearchScore] {
    guard let first = candidates.first else { return [] }
    var scores = candidates.map { _ in SearchScore() }
    let noise = try defense.map {
      try EmbeddingNoise($0.noise, scale: subject.model.information.embeddingScale, seed: seed)
    }
    var embeddings: [EmbeddingMatrix] = []
    if defense != nil {
      for candidate in candidates {
        embeddings.append(try await subject.model.embeddings(of: candidate.prompt.ids))
      }
    }
    let room = try await room(for: first.prompt, behind: front)
    let jobs = candidates.indices.flatMap { index in draws.map { (candidate: index, draw: $0) } }
    for start in stride(from: 0, to: jobs.count, by: room.lanes) {
      let part = jobs[start..<min(start + room.lanes, jobs.count)]
      var segments: [ForwardSegment] = []
      for (lane, job) in part.enumerated() {
        let prompt = candidates[job.candidate].prompt
        let input: ForwardSegment.Input
        if let noise, let defense {
          input = .perturbed(
            PerturbedRows(
              noise, embeddings: embeddings[job.candidate],
              positions: prompt.positions(of: defense.perturbed), copy: job.draw,
              from: room.shared))
        } else {
          input = .tokens(Array(prompt.ids[room.shared...]))
        }
        if room.shared > 0 {
          try await room.reservation.fork(0, to: lane + 1, length: room.shared)
        }
        segments.append(ForwardSegment(sequence: lane + 1, input: input))
        positions += input.count
      }
      let rows = try await room.reservation.forward(segments) { [targets] _, logits in
        let log =
          (try Logits.logSumExp(targets.map { logits[Int($0)] })) - (try Logits.logSumExp(logits))
        // A token of probability 0 has a number all the same, as stores do not keep infinity.
        let first = TokenID(try Logits.argmax(logits))
        return (log: max(log, -1_000), hit: targets.contains(first))
      }
      for (job, row) in zip(part, rows) {
        scores[job.candidate].logs.append(row.log)
        scores[job.candidate].hits.append(row.hit)
      }
      for lane in 1...part.count { try await room.reservation.truncate(lane, to: 0) }
    }
    return scores
  }

  /// The sequences, with what all candidates have in front.
  private mutating func room(for prompt: TokenizedPrompt, behind front: Int) async throws -> Room {
    if let room { return room }
    let perturbed = defense.flatMap { prompt.positions(of: $0.perturbed).first } ?? front
    let shared = max(0, min(perturbed, front, prompt.ids.count - 1))
    let lanes = max(1, min(Self.width, subject.model.information.maximumSequences) - 1)
    let reservation = try await subject.model.reserve(
      sequences: lanes + 1, cells: shared + lanes * (prompt.ids.count - shared))
    if shared > 0 {
      let tokens = Array(prompt.ids[..<shared])
      _ = try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens(tokens), outputs: .none)
      ])
      positions += shared
    }
    let room = Room(reservation: reservation, shared: shared, lanes: lanes)
    self.room = room
    return room
  }
}
