import Foundation

/// Reads lines from a person, with editing and history, or from a pipe.
struct LineReader {
  private var history: [String] = []
  private let historyFile: String?

  /// - Parameter historyFile: Where lines are kept from one session to the next, or `nil`.
  /// - Throws: ``Failure`` when there is such a file and it cannot be read.
  init(historyFile: String?) throws {
    self.historyFile = historyFile
    guard let historyFile, FileManager.default.fileExists(atPath: historyFile) else { return }
    guard let text = try? String(contentsOfFile: historyFile, encoding: .utf8) else {
      throw Failure.usage("The history file '\(historyFile)' cannot be read.")
    }
    history = text.split(separator: "\n").suffix(1000).map(String.init)
  }

  /// The next line; blocks until there is one.
  ///
  /// - Parameter prompt: What is shown in front of it, on a terminal.
  /// - Returns: A line, or why there is none.
  mutating func next(prompt: String) async -> LineBuffer.Outcome {
    guard isatty(STDIN_FILENO) == 1, Terminal.outputIsTerminal else {
      return await Self.plainLine()
    }
    let outcome = await edit(prompt)
    if case .line(let line) = outcome, !line.isEmpty, line != history.last { remember(line) }
    return outcome
  }

  private mutating func remember(_ line: String) {
    history.append(line)
    guard let historyFile else { return }
    // Losing the history is no reason to end a conversation.
    try? Data((history.suffix(1000).joined(separator: "\n") + "\n").utf8)
      .write(to: URL(fileURLWithPath: historyFile), options: .atomic)
  }

  /// A line without editing: from a pipe, or with the terminal's own.
  private static func plainLine() async -> LineBuffer.Outcome {
    await Interrupt.whileBlocked { readLine() }.map { .line($0) } ?? .endOfInput
  }

  private func edit(_ prompt: String) async -> LineBuffer.Outcome {
    // Without `stty` there is still the terminal's own line editing.
    guard let saved = Stty.run(["-g"]),
      Stty.run(["-icanon", "-echo", "-isig", "min", "1", "time", "0"]) != nil
    else {
      Terminal.write(prompt)
      return await Self.plainLine()
    }
    defer {
      _ = Stty.run([saved])
      Terminal.line()
    }
    let (history, width) = (history, Terminal.width)
    return await Interrupt.whileBlocked(cleanup: { _ = Stty.run([saved]) }) {
      var buffer = LineBuffer(history: history)
      var decoder = KeyDecoder()
      Self.draw(buffer, prompt, width)
      while let byte = Self.readByte() {
        guard let key = decoder.take(byte) else { continue }
        let outcome = buffer.press(key)
        Self.draw(buffer, prompt, width)
        guard outcome == .editing else { return outcome }
      }
      return .endOfInput
    }
  }

  private static func readByte() -> UInt8? {
    (try? FileHandle.standardInput.read(upToCount: 1))?.first
  }

  /// Draws the line anew; of a long one, the part around the cursor.
  private static func draw(_ buffer: LineBuffer, _ prompt: String, _ width: Int) {
    let room = max(10, width - prompt.count - 1)
    let start = max(0, buffer.cursor - room)
    let shown = Columns.harmless(String(buffer.text.dropFirst(start).prefix(room)))
    let column = prompt.count + buffer.cursor - start
    let move = column > 0 ? "\u{1B}[\(column)C" : ""
    Terminal.write("\r\u{1B}[2K\(Style.bold(prompt))\(shown)\r\(move)")
  }
}
