import RESTA
import RESTALlama

/// `resta generate --prompts`: all prompts of a file, answered one after the other by one model.
struct PromptBatch {
  let model: LlamaModel
  let template: ChatTemplate?
  /// The defence; the prompt with index i gets this seed plus i.
  let defense: DefenseSettings
  let options: GenerationOptions
  let decoder: DecoderArguments
  let system: String?
  let report: RunReport
  let showsProgress: Bool

  /// The seed of the prompt with index 0: the one given, or one that is drawn.
  ///
  /// - Parameter given: What the command line says, or `nil`.
  /// - Returns: The seed; a drawn one has 53 bits, as elsewhere, so that every JSON reader keeps it.
  static func firstSeed(_ given: UInt64?) -> UInt64 {
    given ?? UInt64.random(in: 0..<(1 << 53))
  }

  /// Answers the prompts, a line of JSON for each as soon as there is one.
  ///
  /// - Parameters:
  ///   - texts: All prompts of the file.
  ///   - start: How many of them to skip; the others keep their indices, and so their seeds.
  /// - Throws: `Failure` at the end when prompts failed; at once what would fail for all of them.
  func run(_ texts: [String], from start: Int) async throws {
    var progress = Progress()
    var failures = 0
    for (index, text) in texts.enumerated().dropFirst(start) {
      if showsProgress {
        let failed = failures == 0 ? "" : ", \(failures) failed so far"
        progress.show(
          "Prompt \(index + 1) of \(texts.count)\(failed)",
          done: Double(index - start) / Double(texts.count - start))
      }
      let line = try await answer(index, text)
      if case .failure = line { failures += 1 }
      progress.clear()
      Terminal.line(try JSONOutput.text(line, pretty: false))
    }
    guard failures == 0 else {
      throw Failure.failed(
        "\(failures) of \(texts.count - start) prompts failed; their lines say why in \"error\".")
    }
  }

  private func answer(_ index: Int, _ text: String) async throws -> BatchLine {
    var settings = defense
    settings.seed = (defense.seed ?? 0) &+ UInt64(index)
    do {
      let generation = try Generation(
        model: model, messages: (system.map { [.system($0)] } ?? []) + [.user(text)],
        template: template, defense: settings, options: options, decoder: decoder.decoder,
        plan: decoder.plan)
      let result = try await generation.result()
      return .answer(
        index: index,
        GenerationReport(result, options: options, tokenizer: model.tokenizer, run: report))
    } catch {
      // An interrupt, whatever it made the engine say.
      try Task.checkCancellation()
      return .failure(index: index, try Self.message(ofOnePrompt: error))
    }
  }

  /// Why a prompt failed, without its text.
  ///
  /// - Parameter error: What was thrown.
  /// - Returns: A message.
  /// - Throws: The error itself when the other prompts would fail alike.
  private static func message(ofOnePrompt error: any Error) throws -> String {
    switch error {
    case let error as RESTAError where [.invalidTemplate, .invalidSetting].contains(error.code):
      throw error
    case is CancellationError: throw error
    case let error as RESTAError: return error.message
    case let error as LlamaError: return error.message
    default: return "\(error)"
    }
  }
}
