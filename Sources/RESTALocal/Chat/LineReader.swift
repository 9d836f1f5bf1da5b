import Foundation

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
    guard let text = try? String(contentsOfFile: historyFile, encoding: .utf8) else {
      throw Failure.usage("The history file '\(historyFile)' cannot be read.")
    }
    let lines = text.split(separator: "\n")
    history = lines.suffix(1000).map { String($0).replacing(Self.lineEnd, with: "\n") }
    if lines.count > 2000 {
      // Lines are only added otherwise.
      let kept = lines.suffix(1000).joined(separator: "\n") + "\n"
      try OutputFile.replace(historyFile, with: kept)
    } else if !text.isEmpty, !text.hasSuffix("\n") {
      lineStart = "\n"
    }
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
      let reason = Failure.reason(error)
      Terminal.error("The history file '\(historyFile)' cannot be written: \(reason)")
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
    guard let text = String(validating: line, as: UTF8.self) else {
      throw Failure.usage("A line of the input is not UTF-8 text.")
    }
    return .line(text)
  }

  private func edit(_ prompt: String) async throws -> LineBuffer.Outcome {
    // Without `stty` there is still the terminal's own line editing.
    guard let saved = Stty.run(["-g"]),
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
    let (history, width) = (history, Terminal.width)
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

/// A line being edited, and the lines before it.
struct LineBuffer {
  /// What a key did.
  enum Outcome: Equatable {
    case line(String)
    case editing, interrupted, endOfInput
  }

  private var history: [String]
  private var characters: [Character] = []
  /// The place of the next character.
  private(set) var cursor = 0
  private var recalled: Int?
  private var draft: [Character] = []
  private(set) var isPasting = false

  /// - Parameter history: Earlier lines, oldest first.
  init(history: [String]) { self.history = history }

  var text: String { String(characters) }
  /// The text in front of the cursor, and from there on.
  var before: ArraySlice<Character> { characters[..<cursor] }
  var after: ArraySlice<Character> { characters[cursor...] }

  mutating func press(_ key: Key) -> Outcome {
    switch key {
    case .enter where isPasting: insert("\n")
    case .enter:
      // What was pasted may end with its line's end.
      let kept = characters.reversed().drop { $0 == "\n" }
      return .line(String(kept.reversed()))
    case .interrupt: return .interrupted
    case .endOfInput:
      if characters.isEmpty { return .endOfInput }
      removeForward()
    case .text(let character): insert(character)
    case .backspace:
      if cursor > 0 {
        cursor -= 1
        characters.remove(at: cursor)
      }
    case .delete: removeForward()
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home: cursor = 0
    case .end: cursor = characters.count
    case .deleteToStart:
      characters.removeSubrange(..<cursor)
      cursor = 0
    case .deleteToEnd: characters.removeSubrange(cursor...)
    case .deleteWord: removeWord()
    case .up: recall(-1)
    case .down: recall(1)
    case .pasteStart: isPasting = true
    case .pasteEnd: isPasting = false
    case .unknown: break
    }
    return .editing
  }

  private mutating func insert(_ character: Character) {
    characters.insert(character, at: cursor)
    cursor += 1
  }

  private mutating func removeForward() {
    if cursor < characters.count { characters.remove(at: cursor) }
  }

  private mutating func removeWord() {
    let start = cursor
    while cursor > 0, characters[cursor - 1].isWhitespace { cursor -= 1 }
    while cursor > 0, !characters[cursor - 1].isWhitespace { cursor -= 1 }
    characters.removeSubrange(cursor..<start)
  }

  /// Goes back or forward in the history; what was typed comes back behind the newest line.
  private mutating func recall(_ step: Int) {
    let target = (recalled ?? history.count) + step
    guard (0...history.count).contains(target) else { return }
    if recalled == nil { draft = characters }
    recalled = target == history.count ? nil : target
    characters = target == history.count ? draft : Array(history[target])
    cursor = characters.count
  }
}

/// What a person pressed, decoded from the bytes that a terminal sends.
enum Key: Equatable {
  case text(Character)
  case enter, left, right, up, down, home, end
  case backspace, delete, deleteToStart, deleteToEnd, deleteWord
  case pasteStart, pasteEnd, interrupt, endOfInput, unknown
}

/// Decodes keys byte by byte.
struct KeyDecoder {
  private var pending: [UInt8] = []

  /// Takes a byte, and returns the key that it completes, or `nil` when more bytes are needed.
  mutating func take(_ byte: UInt8) -> Key? {
    // A character that breaks off must not take the next key along.
    if pending.first ?? 0 >= 0x80, byte & 0xC0 != 0x80 { pending = [] }
    pending.append(byte)
    let key =
      pending[0] == 0x1B
      ? escape()
      : pending[0] < 0x20 || pending[0] == 0x7F
        ? Self.control(pending[0]) : character()
    if key != nil { pending = [] }
    return key
  }

  private static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x0A, 0x0D: .enter
    case 0x08, 0x7F: .backspace
    case 0x01: .home
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x09: .text("\t")
    case 0x0B: .deleteToEnd
    case 0x0E: .down
    case 0x10: .up
    case 0x15: .deleteToStart
    case 0x17: .deleteWord
    default: .unknown
    }
  }

  /// `ESC [ parameters final` or `ESC O final`; anything else behind an escape is dropped.
  private func escape() -> Key? {
    guard pending.count > 1 else { return nil }
    guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else {
      return .unknown
    }
    guard let final = pending.dropFirst(2).last else { return nil }
    guard (0x40...0x7E).contains(final) else { return pending.count > 16 ? .unknown : nil }
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "~"):
      return Self.numbered[String(decoding: pending[2...], as: UTF8.self)]
        ?? .unknown
    default: return .unknown
    }
  }

  private static let numbered: [String: Key] = [
    "1~": .home, "3~": .delete, "4~": .end, "7~": .home, "8~": .end, "200~": .pasteStart,
    "201~": .pasteEnd,
  ]

  /// One character of UTF-8; bytes that are none are dropped.
  private func character() -> Key? {
    let length =
      switch pending[0] {
      case 0xF0...0xF7: 4
      case 0xE0...0xEF: 3
      case 0xC0...0xDF: 2
      default: 1
      }
    guard pending.count == length else { return nil }
    return String(validating: pending, as: UTF8.self)?.first.map { .text($0) } ?? .unknown
  }
}

/// The terminal's settings, through the `stty` tool: the C functions need pointers.
enum Stty {
  /// The terminal's width, or `nil` where there is none.
  static var columns: Int? {
    let fields = run(["size"])?.split(separator: " ").compactMap { Int($0) }
    guard let fields, fields.count == 2, fields[1] > 0 else { return nil }
    return fields[1]
  }

  /// Runs `stty` on the terminal that the command reads from, and returns what it printed; `nil` when it failed.
  static func run(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    // Foundation puts it in a process group of its own, which a terminal stops where it changes settings.
    process.arguments =
      ["-c", "trap '' TTOU; /bin/stty \"$@\" && echo \(succeeded)", "sh"] + arguments
    process.standardInput = FileHandle.standardInput
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return nil }
    // Not asked for its exit status: Foundation learns that through a socket of its own, and never
    // does in a network namespace whose loopback is down. The output ends in any case.
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.hasSuffix(succeeded) else { return nil }
    return text.dropLast(succeeded.count).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What the shell prints behind the tool's output when that did what it should.
  private static let succeeded = "succeeded"
}
