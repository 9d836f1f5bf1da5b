/// Runs passes, and keeps the account of them.
struct PassRecorder {
  let reservation: any SequenceReservation
  let stopwatch: Stopwatch
  private(set) var totals = GenerationTotals()

  /// - Parameters:
  ///   - reservation: Where the passes run.
  ///   - stopwatch: Started when the generation was.
  init(_ reservation: any SequenceReservation, stopwatch: Stopwatch) {
    self.reservation = reservation
    self.stopwatch = stopwatch
  }

  /// Runs one pass.
  ///
  /// - Parameters:
  ///   - segments: What to append.
  ///   - isPrefill: Whether prompt positions are among it.
  ///   - read: Sees the logits.
  /// - Throws: What the engine throws.
  mutating func forward(
    _ segments: [ForwardSegment], isPrefill: Bool, read: @escaping LogitReader
  ) async throws {
    let start = stopwatch.seconds
    try await reservation.forward(segments, read: read)
    let elapsed = stopwatch.seconds - start
    if isPrefill { totals.prefillSeconds += elapsed } else { totals.decodeSeconds += elapsed }
    totals.passes += 1
    totals.tokensProcessed += segments.reduce(0) { $0 + $1.input.count }
  }

  /// Adds time that was spent in a pass, but not by the model.
  mutating func noteBookkeeping(seconds: Double) { totals.bookkeepingSeconds += seconds }
}
