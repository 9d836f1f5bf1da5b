import ArgumentParser
import RESTA
import RESTALlama

/// `resta chat`: a conversation in the terminal.
struct Chat: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold a conversation.",
    discussion: """
      Type a message and press Enter. Ctrl-C stops an answer, Ctrl-D ends the conversation, the \
      arrow keys edit the line and recall earlier ones. \(ChatCommand.helpText) A message that \
      starts with a slash is written with two.

      Examples:
        resta chat
        resta chat --system "Answer in one sentence." --history .resta-history
        printf 'Hello\\nAnd again\\n' | resta chat --json
      """)

  @Option(help: ArgumentHelp("The system prompt. (default: the template's)", valueName: "text"))
  var system: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Answer") var answer: GenerationArguments
  @OptionGroup(title: "Decoder") var decoder: DecoderArguments

  @Option(
    help: ArgumentHelp(
      "Keep the lines that you type in this file. (default: for this conversation only)",
      valueName: "file"))
  var history: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep what the model computed for up to so many positions, over all copies, so that a turn costs "
        + "what is new in it; 0: nothing, and each answer draws its own noise.", valueName: "n"))
  var keptCells = ConversationCache.defaultCells

  @Option(help: ArgumentHelp("Write each vote as a line of JSON.", valueName: "file"))
  var trace: String?

  @Flag(help: "Print each answer as one line of JSON, as 'generate --json' does.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print no votes and costs.")
  var quiet = false

  func run() async throws {
    let options = try answer.options()
    var reader = try LineReader(historyFile: history)
    try model.check(defense, decoder)
    try Failure.check("--kept-cells", keptCells, atLeast: 0)
    let loaded = try await model.loadAny()
    let settings = try defense.settings(for: loaded.information)
    var conversation = ChatConversation(
      model: loaded, template: try model.template(for: loaded, system: system),
      defense: settings, options: options, decoder: decoder, system: system, keptCells: keptCells)
    let run = try RunReport(loaded, arguments: model)
    let traceFile = try trace.map { try TraceFile(path: $0) }
    var failed = false
    if Terminal.outputIsTerminal, !json {
      let name = Columns.harmless(loaded.information.name)
      Terminal.line(Style.dim("\(name). /help lists commands, Ctrl-D ends."))
    }
    let calibration = Calibration(of: settings, for: loaded.information)
    if !quiet, !json, calibration != .chosen {
      Terminal.note(calibration.warning ?? "the noise is \(calibration.words)")
    }
    lines: while true {
      try Task.checkCancellation()
      switch try await reader.next(prompt: "you> ") {
      case .endOfInput: break lines
      case .interrupted, .editing: continue
      case .line(let line) where line.allSatisfy(\.isWhitespace): continue
      case .line(let line):
        if let command = ChatCommand(line) {
          if command == .quit { break lines }
          // The output is for answers alone where a machine reads it.
          do {
            try command.apply(
              to: &conversation, write: json ? Terminal.error : { Terminal.line($0) })
          } catch let error as RESTAError {
            Terminal.error(Columns.harmless(error.message))
            failed = true
          }
          // A message may have been meant.
          if case .wrong = command { failed = true }
        } else {
          let message = line.hasPrefix("//") ? String(line.dropFirst()) : line
          failed = try await !respond(to: message, in: &conversation, run, traceFile) || failed
        }
      }
    }
    // A script must not take a conversation with a hole in it for a whole one.
    if failed, !Terminal.outputIsTerminal { throw ExitCode(1) }
  }

  /// Answers, and says whether there is an answer; an interrupt ends this answer only.
  private func respond(
    to line: String, in conversation: inout ChatConversation, _ run: RunReport,
    _ traceFile: TraceFile?
  ) async throws -> Bool {
    let (session, silent) = (conversation.session, json)
    do {
      let result = try await Interrupt.run {
        try await Self.stream(session.streamResponse(to: line), silently: silent)
      }
      conversation.lastResult = result
      let report = GenerationReport(
        result, options: conversation.options, tokenizer: conversation.model.tokenizer, run: run)
      try traceFile?.finish(report, votesWritten: 0)
      if json {
        Terminal.line(try JSONOutput.text(report, pretty: false))
      } else if !quiet {
        Terminal.note(Summary.answer(result).joined(separator: "; "))
      }
      return true
    } catch is CancellationError {
      try Task.checkCancellation()
      Terminal.error("\n(stopped; this turn is not part of the conversation)")
    } catch {
      let code = (error as? RESTAError)?.code
      let isTooLong = code == .contextExceeded || (error as? LlamaError)?.code == .outOfMemory
      let others: Set<RESTAError.Code> = [
        .windowNeverOpened, .windowNotReached, .templateFailed, .engineFailed,
      ]
      guard isTooLong || code.map(others.contains) ?? false, let failure = Failure.known(error)
      else { throw error }
      let mayForget = isTooLong && session.transcript.contains { $0.role != .system }
      Terminal.error(
        Columns.harmless(failure.description) + " This turn is not part of the conversation."
          + (mayForget ? " /reset or /undo makes room." : ""))
    }
    return false
  }

  private static func stream(
    _ stream: ResponseStream, silently: Bool
  ) async throws -> GenerationResult {
    for try await event in stream {
      switch event {
      case .token(let token): if !silently { Terminal.stream(token.text) }
      case .text(let text): if !silently { Terminal.stream(text) }
      case .finished(let result):
        if !silently { Terminal.line() }
        return result
      }
    }
    throw CancellationError()
  }
}
