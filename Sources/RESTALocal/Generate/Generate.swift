import ArgumentParser
import Foundation
import RESTA
import RESTADocuments

/// `resta generate`: one prompt, one answer; or a file of prompts, a line of JSON for each.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer one prompt, or each of a file.",
    discussion: """
      The answer goes to the output as it is generated; settings and cost go to the error output. \
      With --prompts each answer is one line of JSON, what --json prints and the prompt's "index" \
      in the file, from 0; a prompt that fails has an "error" there, and the others go on. The seed \
      of the noise is --seed plus the index.

      Examples:
        resta generate "Name three primary colours."
        resta generate --noise none "Name three primary colours."
        resta generate --messages chat.json --json --trace votes.jsonl
        echo "Name three primary colours." | resta generate --samples 5 --prefix all
        resta generate --prompts prompts.json --seed 1 > answers.jsonl
        resta generate --prompts prompts.json --seed 1 --from 20 >> answers.jsonl
      """)

  @Argument(help: "The prompt; - reads it from the input. (default: -)")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A conversation to answer: a JSON list of {\"role\", \"content\"}; '-' is the input.",
      valueName: "file"))
  var messages: String?

  @Option(
    help: ArgumentHelp(
      """
      Prompts to answer one after the other: a file as 'resta compare' reads it. Prints JSON Lines.
      """, valueName: "file"))
  var prompts: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Skip the first n of --prompts: goes on where a run with the same --seed was stopped. \
      (default: 0)
      """, valueName: "n"))
  var from: Int?

  @Flag(help: "Go on without rows of --prompts that cannot be read; their lines say why.")
  var skipBadRows = false

  @Option(help: ArgumentHelp("The system prompt. (default: the template's)", valueName: "text"))
  var system: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments
  @OptionGroup(title: "Answer") var answer: GenerationArguments
  @OptionGroup(title: "Decoder") var decoder: DecoderArguments

  @Flag(help: "Print one JSON object instead of the answer.")
  var json = false

  @Option(help: ArgumentHelp("Write each vote as a line of JSON.", valueName: "file"))
  var trace: String?

  @Flag(name: .shortAndLong, help: "Print the answer only.")
  var quiet = false

  func run() async throws {
    let options = try answer.options()
    if let prompts { return try await answerAll(of: prompts, options) }
    guard from == nil, !skipBadRows else {
      throw Failure.usage(
        "\(from == nil ? "--skip-bad-rows" : "--from") is for --prompts: name a file of prompts.")
    }
    let conversation = try await Conversation.read(
      prompt: prompt, messages: messages, system: system)
    try model.check(defense, decoder)
    let loaded = try await model.loadAny()
    let template = try model.template(for: loaded, system: system)
    let settings = try defense.settings(for: loaded.information)
    let generation = try Generation(
      model: loaded, messages: conversation, template: template, defense: settings,
      options: options, decoder: decoder.decoder, plan: decoder.plan,
      probe: try .byPhrases(for: settings, model: loaded, template: template))
    try settings.check(generation.prompt, remedy: "Give one, or --noise none.")

    // No earlier: what an earlier run wrote is gone then.
    let traceFile = try trace.map { try TraceFile(path: $0) }
    var tracedVotes = 0
    for try await event in generation {
      switch event {
      case .token(let token):
        if !json { Terminal.stream(token.text) }
        if let vote = token.vote {
          try traceFile?.write("vote", VoteReport(vote, tokenizer: loaded.tokenizer))
          tracedVotes += 1
        }
      case .text(let text):
        if !json { Terminal.stream(text) }
      case .finished(let result):
        let report = GenerationReport(
          result, options: options,
          tokenizer: loaded.tokenizer,
          run: try RunReport(loaded, arguments: model))
        try traceFile?.finish(report, votesWritten: tracedVotes)
        try finish(result, report, generation)
      }
    }
  }

  private func finish(
    _ result: GenerationResult, _ report: GenerationReport, _ generation: Generation
  ) throws {
    guard !json else { return try JSONOutput.print(report) }
    Terminal.line()
    guard !quiet else { return }
    let warnings = [
      result.settings.calibration.warning,
      generation.prompt.defusedControlText
        ? "the prompt spelled control tokens; they were read as text" : nil,
    ]
    let notes = [Summary.settings(result.settings)] + Summary.answer(result)
    for note in notes + warnings.compactMap(\.self) { Terminal.note(note) }
  }
}

/// Writes the vote trace as JSON lines, each as soon as it is known, so that a crash loses none.
struct TraceFile {
  private struct Line<Value: Encodable>: Encodable {
    let type: String
    let value: Value

    func encode(to encoder: any Encoder) throws {
      try value.encode(to: encoder)
      var container = encoder.container(keyedBy: NamedKey.self)
      try container.encode(type, named: "type")
    }
  }

  private let file: FileHandle
  private let path: String

  /// Creates the file, or empties it.
  init(path: String) throws {
    do {
      file = try OutputFile.open(path)
    } catch {
      throw Failure.usage("The trace file '\(path)' cannot be written: \(error.systemReason)")
    }
    self.path = path
  }

  /// Appends a line of a type: `vote`, `probe`, or `result` at the end.
  func write(_ type: String, _ value: some Encodable) throws {
    let line = try JSONOutput.text(Line(type: type, value: value), pretty: false) + "\n"
    do {
      try file.write(contentsOf: Data(line.utf8))
    } catch {
      throw Failure.failed("The trace file '\(path)' cannot be written: \(error.systemReason)")
    }
  }

  /// Appends an answer, and its votes except for those that were `written` as they came.
  func finish(_ report: GenerationReport, votesWritten written: Int) throws {
    // A vote that ended the answer belongs to no token, so it came with none.
    for vote in report.votes.dropFirst(written) { try write("vote", vote) }
    for probe in report.probes ?? [] { try write("probe", probe) }
    try write("result", report)
  }
}
