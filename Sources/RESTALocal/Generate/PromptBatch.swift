import Foundation
import RESTA
import RESTADocuments

extension Generate {
  /// Answers a file of prompts.
  ///
  /// - Throws: ``Failure`` for options that contradict each other, before a model is loaded; what loading and
  ///   answering throw.
  func answerAll(of file: String, _ options: GenerationOptions) async throws {
    guard prompt == nil else {
      throw Failure.usage("Give a prompt or --prompts, not both.")
    }
    guard messages == nil else {
      throw Failure.usage("Give --messages or --prompts, not both.")
    }
    guard trace == nil else {
      throw Failure.usage("Leave out --trace: each line of --prompts holds its votes.")
    }
    let list = try PromptList(file, skipping: skipBadRows)
    let start = from ?? 0
    guard (0...list.rows.count).contains(start) else {
      throw Failure.usage(
        "--from must be between 0 and the number of prompts, \(list.rows.count), not \(start).")
    }
    try model.check(defense, decoder)
    let loaded = try await model.loadAny()
    var settings = try defense.settings(for: loaded.information)
    // Of 53 bits, as elsewhere, so that every JSON reader keeps it.
    settings.seed = settings.seed ?? UInt64.random(in: 0..<(1 << 53))
    let batch = PromptBatch(
      model: loaded, template: try model.template(for: loaded, system: system), defense: settings,
      options: options, decoder: decoder, system: system,
      report: try RunReport(loaded, arguments: model), showsProgress: !quiet)
    try await batch.run(list.rows, from: start)
  }
}

/// `resta generate --prompts`: all prompts of a file, answered one after the other by one model.
struct PromptBatch {
  let model: any LanguageModel
  let template: ChatTemplate?
  /// The defence; the prompt with index i gets this seed plus i.
  let defense: DefenseSettings
  let options: GenerationOptions
  let decoder: DecoderArguments
  let system: String?
  let report: RunReport
  let showsProgress: Bool

  /// Answers the prompts from `start` on, a line of JSON for each as soon as there is one; a row that is no prompt
  /// gets a line that says why, and all keep their indices, and so their seeds.
  ///
  /// - Throws: `Failure` at the end when prompts failed; at once what would fail for all of them.
  func run(_ rows: [Result<String, DocumentError>], from start: Int) async throws {
    var progress = Progress()
    defer { progress.clear() }
    var failures = 0
    for (index, row) in rows.enumerated().dropFirst(start) {
      if showsProgress {
        let failed = failures == 0 ? "" : ", \(failures) failed so far"
        progress.show(
          "Prompt \(index + 1) of \(rows.count)\(failed)",
          done: Double(index - start) / Double(rows.count - start))
      }
      let outcome: BatchLine.Outcome
      switch row {
      case .success(let text):
        outcome = try await answer(index, text)
        if case .failure = outcome { failures += 1 }
      // Somebody asked to go on without it: no failure of the run.
      case .failure(let error): outcome = .failure(.failed(error.message))
      }
      progress.clear()
      let line = BatchLine(index: index, outcome: outcome)
      Terminal.line(try JSONOutput.text(line, pretty: false))
    }
    guard failures == 0 else {
      throw Failure.failed(
        "\(failures) of \(rows.count - start) prompts failed; their lines say why in \"error\".")
    }
  }

  private func answer(_ index: Int, _ text: String) async throws -> BatchLine.Outcome {
    var settings = defense
    settings.seed = (defense.seed ?? 0) &+ UInt64(index)
    do {
      let generation = try Generation(
        model: model, messages: (system.map { [.system($0)] } ?? []) + [.user(text)],
        template: template, defense: settings, options: options, decoder: decoder.decoder,
        plan: decoder.plan, probe: try .byPhrases(for: settings, model: model, template: template))
      let result = try await generation.result()
      return .success(
        GenerationReport(result, options: options, tokenizer: model.tokenizer, run: report))
    } catch {
      // An interrupt, whatever it made the engine say.
      try Task.checkCancellation()
      return .failure(try Self.failure(ofOnePrompt: error))
    }
  }

  /// Why a prompt failed, without its text; throws the error itself when the other prompts would fail alike.
  private static func failure(ofOnePrompt error: any Error) throws -> Failure {
    guard let known = error as? RESTAError else {
      if error is CancellationError { throw error }
      return Failure.known(error) ?? .failed("\(error)")
    }
    if known.code == .invalidTemplate || known.code == .invalidSetting { throw error }
    // What a template or a server said of the prompt is left out: it may quote it.
    return .failed(known.message)
  }
}

/// Prompts from a file, as every command and an evaluation's datasets read one.
package struct PromptList {
  /// The rows of the file in order: a prompt, or why there is none.
  let rows: [Result<String, DocumentError>]
  private let file: DataFile

  /// Reads prompts, leaving out and telling the rows that cannot be read if `skipping`; `nil`: nobody can ask for it.
  ///
  /// - Throws: `DocumentError` when there is no prompt, and for rows that cannot be read.
  package init(_ path: String, skipping: Bool? = nil) throws {
    file = try DataFile.read(path)
    guard !file.rows.isEmpty else { throw DocumentError("\(path): the file holds no prompt") }
    rows = file.rows.map { row in
      do throws(DocumentError) {
        return .success(try row.get().prompt())
      } catch {
        return .failure(error)
      }
    }
    try file.accept(bad, skipping: skipping)
    for error in bad { Terminal.error("Left out: \(error.message)") }
    if !bad.isEmpty { Terminal.error(DataFile.words(bad.count, of: rows.count, path) + ".") }
  }

  /// The prompts, with their indices in the file.
  package var prompts: [(index: Int, text: String)] {
    rows.enumerated().compactMap { index, row in (try? row.get()).map { (index, $0) } }
  }

  /// What is wrong with the rows that are left out.
  var bad: [DocumentError] {
    rows.compactMap { if case .failure(let error) = $0 { error } else { nil } }
  }
}

/// One line of `resta generate --prompts`: what became of one prompt.
///
/// The prompt's text is left out on purpose: the index finds it in the file.
struct BatchLine: Encodable {
  typealias Outcome = Result<GenerationReport, Failure>

  let index: Int
  let outcome: Outcome

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NamedKey.self)
    try container.encode(index, named: "index")
    switch outcome {
    // Into the same object, so that a line has the shape that `generate --json` prints.
    case .success(let report): try report.encode(to: encoder)
    case .failure(let failure): try container.encode(failure.description, named: "error")
    }
  }
}
