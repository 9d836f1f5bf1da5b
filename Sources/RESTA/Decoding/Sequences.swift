import Synchronization

/// A generation's sequences in the model, x and then its copies e~^1..e~^k, with the account of what
/// their passes cost.
///
/// Everything that decoders ask of the model goes through here, so this alone counts and takes the time.
final class Sequences: DecodingAccount {
  private let reservation: any SequenceReservation
  private let stopwatch: Stopwatch
  private let promptLength: Int
  /// How many positions each one holds: of the prompt, then of the answer.
  private(set) var lengths: [Int]
  /// How many positions of the prompt the sequence began with that began with most.
  let inheritedTokens: Int
  private(set) var totals = GenerationTotals()

  /// Whether the copies are of use to the conversation's next turn.
  let keepsCopies: Bool

  /// Takes the sequences of a request, which may begin with kept positions of its prompt; the stopwatch
  /// was started when the generation was.
  init(
    _ reservation: any SequenceReservation, of job: DecodingJob, stopwatch: Stopwatch,
    keepsCopies: Bool = false
  ) {
    self.reservation = reservation
    self.stopwatch = stopwatch
    self.keepsCopies = keepsCopies
    promptLength = job.prompt.count
    let inherited = reservation.inheritedLengths
    lengths = (0..<job.sequences).map { inherited.indices.contains($0) ? inherited[$0] : 0 }
    inheritedTokens = lengths.max() ?? 0
    // What the copies share was spared them anyway.
    totals.tokensReused = lengths.enumerated().reduce(0) { sum, item in
      sum + (item.offset == 0 ? item.element : max(0, item.element - job.sharedPositions))
    }
  }

  /// Appends positions in one pass; as ``SequenceReservation/forward(_:read:)``, whatever the engine.
  func forward<Row: Sendable>(
    _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
  ) async throws -> [Row] {
    let isPrefill = segments.contains { lengths[$0.sequence] < promptLength }
    for segment in segments { lengths[segment.sequence] += segment.input.count }
    let wanted = segments.wantedRows
    let readSeconds = Mutex(0.0)
    let start = stopwatch.seconds
    let rows = try await reservation.forward(segments) { [stopwatch] number, logits in
      guard number < wanted else {
        throw RESTAError(.engineFailed, "The engine returned more rows of logits than \(wanted).")
      }
      let start = stopwatch.seconds
      let row = try read(number, logits)
      let seconds = stopwatch.seconds - start
      readSeconds.withLock { $0 += seconds }
      return row
    }
    let elapsed = stopwatch.seconds - start
    if isPrefill { totals.prefillSeconds += elapsed } else { totals.decodeSeconds += elapsed }
    totals.bookkeepingSeconds += readSeconds.withLock { $0 }
    totals.passes += 1
    totals.tokensProcessed += segments.reduce(0) { $0 + $1.input.count }
    return try segments.checked(rows)
  }

  /// Makes an empty sequence share the first positions of another.
  func fork(_ source: Int, to target: Int, length: Int) async throws {
    try await reservation.fork(source, to: target, length: length)
    lengths[target] = length
  }

  /// Drops a sequence's positions from a length on, if it has any.
  func truncate(_ sequence: Int, to length: Int) async throws {
    guard lengths[sequence] > length else { return }
    try await reservation.truncate(sequence, to: length)
    lengths[sequence] = length
  }

  func release() async { await reservation.release() }

  /// Gives the room back and keeps what is in it, of each sequence so many positions; `nil` where nothing is kept.
  func keep(_ wanted: [Int]) async -> (any SequenceReservation)? {
    do {
      for (sequence, length) in wanted.enumerated() { try await truncate(sequence, to: length) }
      if await reservation.keep() { return reservation }
    } catch {
      // Sequences that cannot be rolled back are of no use to anyone.
    }
    await reservation.release()
    return nil
  }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
}

/// Tells the time since it was made, on a clock that tests can replace.
struct Stopwatch: Sendable {
  private let elapsed: @Sendable () -> Duration

  init(_ clock: some Clock<Duration>) {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
  }

  var seconds: Double { elapsed().seconds }
}
