import ArgumentParser
import Foundation
import RESTAEvaluation

/// The options that choose what is evaluated; shared by the commands that ask a model.
struct EvaluationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder with public datasets. (default: $\(KnownDataset.folderVariable))",
      valueName: "folder"))
  var data: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where results and report go. (default: evaluations/NAME)", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Do part i of n only; 'resta eval merge' joins the parts.", valueName: "i/n"))
  var shard: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      How many answers are generated at a time, 1 to 64. More is faster where answers are not \
      defended, but sequences then share the cache, and a near-tie may fall another way.
      """, valueName: "n"))
  var parallel = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Ask at most so many prompts of each dataset.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Say what would be done, and what it would cost; do nothing.")
  var dryRun = false

  @Flag(help: "Ask judges again about answers that they could not tell.")
  var retryUnscored = false

  @Flag(help: "Use the default model without its adapter.")
  var noLora = false

  @OptionGroup(title: "Model") var model: ModelArguments

  /// The part of the plan.
  func part() throws -> EvaluationPlan.Shard {
    guard let shard else { return .all }
    guard let part = EvaluationPlan.Shard(shard) else {
      throw Failure.usage(
        "--shard '\(shard)' must be i/n, such as 1/4: the part from 1, and the number of parts.")
    }
    return part
  }

  /// The folder with public datasets, or `nil`.
  var dataFolder: String? {
    if let data { return data }
    let folder = ProcessInfo.processInfo.environment[KnownDataset.folderVariable]
    return folder.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    guard (1...64).contains(parallel) else {
      throw Failure.usage("--parallel must be between 1 and 64, not \(parallel).")
    }
    if let limit, limit < 1 {
      throw Failure.usage("--limit must be at least 1, not \(limit).")
    }
    guard !noLora || model.lora.isEmpty else {
      throw Failure.usage("Give --lora or --no-lora, not both.")
    }
    _ = try part()
    try model.check()
  }

  /// The model's options for a configuration: the command line's, else the file's, else the default
  /// model with the adapter that belongs to it.
  func modelArguments(for configuration: ConfigurationFile) throws -> ModelArguments {
    var arguments = model
    let named = configuration.value.model
    if arguments.model == nil, arguments.lora.isEmpty, let file = named.file {
      arguments.model = configuration.resolved(file)
      arguments.lora = named.adapters.map(configuration.resolved)
    }
    if arguments.chatTemplate == nil { arguments.chatTemplate = named.chatTemplate }
    guard !noLora, arguments.model == nil, arguments.lora.isEmpty else { return arguments }
    arguments.lora = try Adapters.resolve(model: try Models.resolve(nil)).map { [$0] } ?? []
    return arguments
  }
}
