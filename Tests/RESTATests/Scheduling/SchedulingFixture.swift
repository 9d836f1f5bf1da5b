import RESTATesting
import Synchronization
import Testing

@testable import RESTA

/// A scheduler over a scripted engine, and what the tests ask of the two.
struct SchedulingFixture: Sendable {
  let engine: ScriptedEngine
  let scheduler: Scheduler

  init(
    batchSize: Int = 32, room: SequenceRoom = SequenceRoom(sequences: 64, cells: 20_000),
    delay: Duration? = nil, clock: any Clock<Duration> = ContinuousClock(),
    before: (@Sendable (EnginePass) async throws -> Void)? = nil
  ) async throws {
    engine = ScriptedEngine(batchSize: batchSize, delay: delay, before: before)
    scheduler = Scheduler(engine: engine, clock: clock)
    await (try await scheduler.reserve(sequences: room.sequences, cells: room.cells)).release()
  }

  /// Fails when the engine was used wrongly, or room is missing.
  func check(_ comment: Comment = "") async throws {
    #expect(await engine.violations.isEmpty, comment)
    // What was cancelled or dropped is given back a little later.
    for _ in 0..<120_000 where await scheduler.openReservations > 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(await scheduler.openReservations == 0, comment)
  }

  /// Feeds one sequence's tokens one by one and gives the logits after each.
  static func steps(
    _ reservation: any SequenceReservation, count: Int, first: TokenID = 1
  ) async throws -> [[Float]] {
    var rows: [[Float]] = []
    for step in 0..<count {
      rows += try await reservation.forward([
        ForwardSegment(sequence: 0, input: .tokens([(first + TokenID(step)) % 60]))
      ])
    }
    return rows
  }

  /// What such steps give alone.
  static func alone(count: Int, first: TokenID = 1) async throws -> [[Float]] {
    let fixture = try await SchedulingFixture()
    let reservation = try await fixture.scheduler.reserve(sequences: 1, cells: count)
    return try await steps(reservation, count: count, first: first)
  }
}

/// What one generation does, made up from a seed; it is valid whatever was done before.
struct ScriptedGeneration: Sendable {
  enum Step: Sendable {
    case forward([ForwardSegment])
    case fork(Int, Int, Int)
    case truncate(Int, Int)
  }

  let sequences: Int
  let steps: [Step]
  static let cells = 1500

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let sequences = generator.integer(in: 1...4)
    var lengths = Array(repeating: 0, count: sequences)
    var steps: [Step] = []
    for _ in 0..<generator.integer(in: 1...8) {
      let (source, target) = (
        generator.integer(in: 0...sequences - 1), generator.integer(in: 0...sequences - 1)
      )
      if generator.chance(0.2) {
        lengths[source] = generator.integer(in: 0...lengths[source])
        steps.append(.truncate(source, lengths[source]))
      } else if generator.chance(0.3), lengths[target] == 0, source != target {
        lengths[target] = generator.integer(in: 0...lengths[source])
        steps.append(.fork(source, target, lengths[target]))
      } else {
        let segments = (0..<generator.integer(in: 0...4)).map { _ in
          Self.segment(&generator, sequences: sequences)
        }
        for segment in segments { lengths[segment.sequence] += segment.input.count }
        steps.append(.forward(segments))
      }
    }
    self.sequences = sequences
    self.steps = steps
  }

  private static func segment(
    _ generator: inout SeededGenerator, sequences: Int
  ) -> ForwardSegment {
    let count = generator.integer(in: 0...(generator.chance(0.2) ? 40 : 3))
    let outputs: ForwardSegment.Outputs = generator.element(of: [
      .none, .last, .suffix(generator.integer(in: 1...20)), .all,
    ])
    let input: ForwardSegment.Input
    if generator.chance(0.5) {
      input = .tokens((0..<count).map { _ in TokenID(generator.integer(in: 0...62)) })
    } else {
      input = .embeddings(
        EmbeddingMatrix(
          rows: count, dimensions: 2,
          values: (0..<2 * count).map { _ in Float(generator.integer(in: -9...9)) }))
    }
    return ForwardSegment(
      sequence: generator.integer(in: 0...sequences - 1), input: input, outputs: outputs)
  }

  /// Does it all; the rows of each forward call, and a failure where their numbers have gaps.
  func run(_ scheduler: Scheduler) async throws -> [[Float]] {
    let reservation = try await scheduler.reserve(sequences: sequences, cells: Self.cells)
    var result: [[Float]] = []
    for step in steps {
      switch step {
      case .fork(let source, let target, let length):
        try await reservation.fork(source, to: target, length: length)
      case .truncate(let sequence, let length):
        try await reservation.truncate(sequence, to: length)
      case .forward(let segments):
        let rows = try await reservation.forward(segments) { row, logits in
          (number: row, values: logits.indices.map { logits[$0] })
        }
        let wanted = segments.reduce(0) { $0 + $1.outputs.count(of: $1.input.count) }
        #expect(rows.map(\.number) == Array(0..<wanted))
        result.append(rows.flatMap(\.values))
      }
    }
    await reservation.release()
    return result
  }
}

/// Counts the waits; time stands still, and a wait lasts until it is ended.
final class HeldClock: Clock {
  private let state = Mutex((waits: 0, continuations: [CheckedContinuation<Void, Never>]()))

  var now: ManualClock.Instant { ManualClock.Instant(offset: .zero) }
  var minimumResolution: Duration { .zero }
  var waits: Int { state.withLock { $0.waits } }

  func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
    await withCheckedContinuation { continuation in
      state.withLock {
        $0.waits += 1
        $0.continuations.append(continuation)
      }
    }
  }

  func end() {
    let continuations = state.withLock { state in
      defer { state.continuations = [] }
      return state.continuations
    }
    for continuation in continuations { continuation.resume() }
  }
}
