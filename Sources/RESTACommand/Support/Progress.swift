/// How far long work is: one line that moves on a terminal, a line now and then elsewhere.
struct Progress {
  /// Elsewhere than on a terminal, how often a line is worth it.
  private static let interval = Duration.seconds(15)

  private let start = ContinuousClock.now
  private var lastLine = ContinuousClock.now

  /// Tells where the work is.
  ///
  /// - Parameters:
  ///   - text: What runs.
  ///   - done: How much of all is done, in 0...1; tells how long the rest will take.
  mutating func show(_ text: String, done: Double) {
    var line = text
    let elapsed = start.duration(to: .now)
    if elapsed > .seconds(3), (0.02..<1).contains(done) {
      let seconds = Double(elapsed.components.seconds) * (1 - done) / done
      line += ", about \(Self.time(seconds)) left"
    }
    guard !Terminal.errorIsTerminal else { return Terminal.status(line) }
    guard lastLine.duration(to: .now) > Self.interval else { return }
    lastLine = .now
    Terminal.error(line)
  }

  /// Removes the moving line.
  func clear() { Terminal.status("") }

  /// `40 s` or `12 min`.
  private static func time(_ seconds: Double) -> String {
    seconds < 100 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
  }
}
