import Foundation
import RESTADocuments

/// Writing to people and to pipes.
package enum Terminal {
  /// Whether the output is a terminal.
  package static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  /// Whether the terminal knows no escape sequences.
  static let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
  /// Whether the error output is a terminal whose lines can be replaced.
  static let errorHasStatus = isatty(STDERR_FILENO) == 1 && !isDumb

  /// Whether somebody wants no colours (no-color.org).
  private static let isPlain =
    !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  /// Whether colours are wanted on the output.
  package static let usesColour = outputIsTerminal && !isDumb && !isPlain

  /// The terminal's width in columns.
  static var columns: Int {
    // COLUMNS wins where somebody set it; asking the terminal itself would need a pointer.
    let given = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    if let given, given > 0 { return given }
    return outputIsTerminal ? Stty.columns ?? 80 : 100
  }

  /// The width of what is laid out: the terminal's, within what can be read.
  package static var width: Int { min(max(columns, 40), 160) }

  /// Writes text to the output; where that is not possible the command ends.
  package static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      // A reader that went away, `head` say, has what it wanted; a full disk has not.
      if error.systemError.code != Int(EPIPE) {
        Self.error("Error: The output cannot be written: \(error.systemReason)")
      }
      CommandLineTool.end(1)
    }
  }

  /// Writes a model's text: as it is to a pipe, without control characters to a terminal.
  package static func stream(_ text: String) {
    write(outputIsTerminal ? Columns.harmless(text) : text)
  }

  /// Writes a line to the output.
  package static func line(_ text: String = "") { write(text + "\n") }

  /// Writes lines to the output.
  package static func lines(_ texts: [String]) { for text in texts { line(text) } }

  /// Writes a line to the error output, where notes for people go.
  package static func error(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  /// Writes a note on what was done to the error output.
  static func note(_ text: String) {
    error(Style.dim("resta: \(text)", when: errorHasStatus && !isPlain))
  }

  /// Replaces the current line of the error output; does nothing where that cannot be.
  package static func status(_ text: String) {
    guard errorHasStatus else { return }
    try? FileHandle.standardError.write(contentsOf: Data(statusLine(text).utf8))
  }

  /// The line anew, cut where the terminal ends: what goes on in the next row would not be replaced.
  static func statusLine(_ text: String) -> String {
    "\r\u{1B}[2K\u{1B}[?7l\(Columns.harmless(text))\u{1B}[?7h"
  }
}

/// Text attributes, as a terminal understands them.
package enum Style: String {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"

  /// The text in this style, or plain where colours are not wanted.
  package func callAsFunction(_ text: String, when enabled: Bool = Terminal.usesColour) -> String {
    enabled ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// How far long work is: one line that moves on a terminal, a line now and then elsewhere.
package struct Progress {
  package init() {}

  /// Elsewhere than on a terminal, how often a line is worth it.
  private static let interval = Duration.seconds(15)

  private var start = ContinuousClock.now
  private var lastDone = 0.0
  private var lastLine = ContinuousClock.now

  /// Tells what runs and how much of all is done, in 0...1, which tells how long the rest will take.
  package mutating func show(_ text: String, done: Double) {
    let line = text + rest(done, at: .now)
    guard !Terminal.errorHasStatus else { return Terminal.status(line) }
    guard lastLine.duration(to: .now) > Self.interval else { return }
    lastLine = .now
    Terminal.error(line)
  }

  /// How long the rest takes, with a comma in front; nothing while that is a guess.
  mutating func rest(_ done: Double, at now: ContinuousClock.Instant) -> String {
    // Other work began, which has a time of its own.
    if done < lastDone / 2 { start = now }
    lastDone = done
    let elapsed = start.duration(to: now)
    guard elapsed > .seconds(3), (0.02..<1).contains(done) else { return "" }
    let seconds = Double(elapsed.components.seconds) * (1 - done) / done
    return ", about \(Self.time(seconds)) left"
  }

  /// Removes the moving line.
  package func clear() { Terminal.status("") }

  /// `40 s` or `12 min`.
  package static func time(_ seconds: Double) -> String {
    seconds < 100 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
  }
}
