import RESTA
import RESTALlama

extension Generate {
  /// Answers a file of prompts.
  ///
  /// - Parameters:
  ///   - file: The file, as the command line names it.
  ///   - options: Length, stop strings and sampling.
  /// - Throws: ``Failure`` for options that contradict each other, before a model is loaded; what
  ///   loading and answering throw.
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
    let texts = try PromptList.read(file)
    let start = from ?? 0
    guard (0...texts.count).contains(start) else {
      throw Failure.usage(
        "--from must be between 0 and the number of prompts, \(texts.count), not \(start).")
    }
    try defense.check()
    try decoder.check()
    try model.check()
    let loaded = try await model.load()
    var settings = try defense.settings(for: loaded.information)
    settings.seed = PromptBatch.firstSeed(settings.seed)
    let batch = PromptBatch(
      model: loaded, template: try model.template(for: loaded.information), defense: settings,
      options: options, decoder: decoder, system: system,
      report: try RunReport(loaded, arguments: model), showsProgress: !quiet)
    try await batch.run(texts, from: start)
  }
}
