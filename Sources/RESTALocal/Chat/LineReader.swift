import Foundation
import RESTADocuments

/// Reads lines from a person, with editing and history, or from a pipe.
struct LineReader {
  private(set) var history: [String] = []
  private let historyFile: String?
  private var isHistoryLost = false
  /// What the next line of the file begins with: the end of a last one that has none.
  private var lineStart = ""

  /// Reads the history of earlier sessions, and throws where there is such a file and it cannot be read.
  init(historyFile: String?) throws {
    self.historyFile = historyFile
    guard let historyFile, FileManager.default.fileExists(atPath: historyFile) else { return }
    let bytes: [UInt8]
    do { bytes = try SourceFile.bytes(of: historyFile) } catch {
      throw Failure.usage("The history cannot be read: \(error.message).")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.usage("The history file '\(historyFile)' is not UTF-8 text.")
    }
    let lines = Self.lines(of: text)
    history = lines.suffix(1000).map { String($0).replacing(Self.lineEnd, with: "\n") }
    if let last = bytes.last, last != UInt8(ascii: "\n") { lineStart = "\n" }
    // Lines are only added otherwise, and where no more is allowed, the file stays long.
    guard lines.count > 2000 else { return }
    try? OutputFile.edit(historyFile) { text in
      let lines = Self.lines(of: text)
      return lines.count > 2000 ? lines.suffix(1000).joined(separator: "\n") + "\n" : nil
    }
  }

  /// The lines of the file, which an editor may have ended as on Windows.
  private static func lines(of text: String) -> [Substring] {
    text.split { $0 == "\n" || $0 == "\r\n" }
  }

  /// What stands in the file for the line ends within a message.
  private static let lineEnd = "\u{2028}"

  /// The next line, or why there is none; blocks until there is one, and throws for what is no UTF-8.
  mutating func next(prompt: String) async throws -> LineBuffer.Outcome {
    guard isatty(STDIN_FILENO) == 1, Terminal.outputIsTerminal else {
      return try await Self.plainLine()
    }
    let outcome = try await edit(prompt)
    if case .line(let line) = outcome, !line.isEmpty, line != history.last { remember(line) }
    return outcome
  }

  /// Keeps a line, behind what other conversations kept in the file meanwhile.
  mutating func remember(_ line: String) {
    history.append(line)
    guard let historyFile else { return }
    do {
      let kept = line.replacing("\n", with: Self.lineEnd)
      try OutputFile.append("\(lineStart)\(kept)\n", to: historyFile)
      lineStart = ""
    } catch {
      // No reason to end a conversation.
      guard !isHistoryLost else { return }
      isHistoryLost = true
      Terminal.error("The history file '\(historyFile)' cannot be written: \(error.systemReason)")
    }
  }

  /// A line without editing: from a pipe, or with the terminal's own.
  private static func plainLine() async throws -> LineBuffer.Outcome {
    // Not the library's readLine(): it replaces what is no UTF-8, and the model would be asked something else.
    let line = await Interrupt.whileBlocked {
      Result { () -> [UInt8]? in
        var bytes: [UInt8] = []
        while let byte = try readByte() {
          guard byte != UInt8(ascii: "\n") else { return bytes }
          bytes.append(byte)
        }
        return bytes.isEmpty ? nil : bytes
      }
    }
    guard var line = try line.get() else { return .endOfInput }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard let text = String(validating: line, as: UTF8.self), !line.contains(0) else {
      throw Failure.usage("The input is no UTF-8 text, or holds a zero byte, as UTF-16 does.")
    }
    return .line(text)
  }

  private func edit(_ prompt: String) async throws -> LineBuffer.Outcome {
    // Without `stty` there is still the terminal's own line editing.
    guard !Terminal.isDumb, let saved = Stty.run(["-g"]),
      Stty.run(["-icanon", "-echo", "-isig", "min", "1", "time", "0"]) != nil
    else {
      Terminal.write(prompt)
      return try await Self.plainLine()
    }
    let restore: @Sendable () -> Void = {
      Terminal.write("\u{1B}[?2004l")
      _ = Stty.run([saved])
    }
    defer {
      restore()
      Terminal.line()
    }
    let (history, width) = (history, Terminal.columns)
    let outcome = await Interrupt.whileBlocked(cleanup: restore) {
      Result { () -> LineBuffer.Outcome in
        // The terminal marks what is pasted: a line's end in there sends nothing.
        Terminal.write("\u{1B}[?2004h")
        var buffer = LineBuffer(history: history)
        var decoder = KeyDecoder()
        Self.draw(buffer, prompt, width)
        while let byte = try Self.readByte() {
          guard let key = decoder.take(byte) else { continue }
          let outcome = buffer.press(key)
          // Not each character of what is pasted.
          if !buffer.isPasting { Self.draw(buffer, prompt, width) }
          guard outcome == .editing else { return outcome }
        }
        return .endOfInput
      }
    }
    return try outcome.get()
  }

  private static func readByte() throws -> UInt8? {
    do {
      return try FileHandle.standardInput.read(upToCount: 1)?.first
    } catch {
      throw Failure.usage("The input cannot be read.")
    }
  }

  /// Draws the line anew; of a long one, the part around the cursor.
  private static func draw(_ buffer: LineBuffer, _ prompt: String, _ width: Int) {
    func oneLine(_ text: String) -> String {
      Columns.harmless(text).replacing("\t", with: " ").replacing("\n", with: "↵")
    }
    let room = max(10, width - prompt.count - 1)
    // No more than may be seen is made harmless.
    let before = Columns.fitting(oneLine(String(buffer.before.suffix(room))).reversed(), room)
    let taken = Columns.count(before)
    let shown = oneLine(String(buffer.after.prefix(room)))
    let after = String(Columns.fitting(shown, room - taken))
    let move = "\u{1B}[\(prompt.count + taken)C"
    Terminal.write("\r\u{1B}[2K\(Style.bold(prompt))\(String(before.reversed()))\(after)\r\(move)")
  }
}
