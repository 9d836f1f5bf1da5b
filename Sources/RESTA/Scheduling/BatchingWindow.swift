/// For whom the next pass waits a little.
///
/// Whoever had a part in a pass usually comes back within some 100 microseconds, with its next token. Without a
/// wait the first one back would start a pass alone, and they would take turns for ever.
struct BatchingWindow: Sendable {
  /// The longest wait after a pass: long for choosing a token, short beside a pass.
  static let length = Duration.milliseconds(2)

  /// Who is waited for.
  private var expected: Set<Int> = []
  /// Who was waited for in vain: not again until it has come back, but its step should not find a
  /// long pass under way when it does.
  private var late: Set<Int> = []
  private var stopwatch: Stopwatch?

  /// Whether somebody was waited for in vain.
  var hasLate: Bool { !late.isEmpty }

  /// Starts to wait, at the end of a pass, for those who were told their result.
  mutating func open(for owners: some Sequence<Int>, clock: any Clock<Duration>) {
    expected.formUnion(owners)
    stopwatch = Stopwatch(clock)
  }

  /// Someone has come back, or is gone for good.
  mutating func close(for owner: Int) {
    expected.remove(owner)
    late.remove(owner)
  }

  /// How long to wait from now on; `nil` when the next pass can start.
  var remaining: Duration? {
    guard !expected.isEmpty, let stopwatch else { return nil }
    let left = Self.length - .seconds(stopwatch.seconds)
    return left > .zero ? left : nil
  }

  /// Ends the wait, for those who have not come back.
  mutating func lapse() {
    late.formUnion(expected)
    expected = []
  }
}
