import ArgumentParser

/// `resta eval`: evaluations and what belongs to them.
struct Eval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure defences: attack success, usefulness, incoherence and cost, with intervals.",
    discussion: """
      An evaluation is a YAML file: what is asked (datasets), how it is defended (defenses), who \
      judges (judges), with which seeds. Results go to an SQLite file as they come; a run that was \
      stopped, or killed, goes on where it was. docs/evaluation.md documents each key.

      Examples:
        resta eval run                                  the built-in evaluation
        resta eval config > mine.yaml                   one to start from
        resta eval run mine.yaml --model model.gguf
        resta eval run mine.yaml --dry-run
        resta report evaluations/mine/results.sqlite
      """,
    subcommands: [
      EvalRun.self, EvalConfig.self, EvalData.self, EvalStatus.self, EvalMerge.self,
      EvalExport.self, EvalImport.self, EvalJudgeCheck.self,
    ])
}

/// `resta eval config`: prints the built-in configuration.
struct EvalConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print the built-in configuration, to start from.")

  func run() throws { Terminal.write(ConfigurationFile.builtInText) }
}
