import ArgumentParser
import Foundation
import RESTAEvaluation

/// `resta eval judge-check`: measures judges on labelled answers.
struct EvalJudgeCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge-check",
    abstract: "Measure judges against labelled answers: agreement, kappa, precision, recall.",
    discussion: """
      The file is CSV with the columns text and label (refused, complied or incoherent), and, where \
      they are known, prompt, goal and role; or a JailbreakBench artifact (.json), whose own \
      judgement (jailbroken or not) then is the label: one judge against another. Unscored answers are counted apart; they are in no \
      rate. The judges are the configuration's; coherence needs --model, or the default model.

      Example:
        resta eval judge-check labelled.csv
        resta eval judge-check labelled.csv --configuration mine.yaml
      """)

  @Argument(help: "The labelled answers: CSV, or a JailbreakBench artifact.")
  var file: String

  @Option(help: ArgumentHelp("A configuration: its judges are measured.", valueName: "yaml"))
  var configuration: String?

  @OptionGroup var arguments: EvaluationArguments

  @Flag(help: "Print a JSON list instead of tables.")
  var json = false

  func run() async throws {
    try arguments.check()
    let configuration = try ConfigurationFile(configuration)
    let texts = try LabelledText.load(contentsOf: file)
    let session = try await EvaluationSession(
      datasets: [], entries: { _ in [] }, name: "judge-check", text: "", baseline: "none",
      configuration, arguments)
    let judges = try await session.assembly(cache: MemoryJudgeCache())
      .judges(configuration.value.judges)
    var reports: [JudgeCheckReport] = []
    for judge in judges {
      Terminal.status("Asking \(judge.id)")
      let confusion = try await JudgeCheck(concurrency: arguments.parallel).run(judge, on: texts)
      reports.append(JudgeCheckReport(confusion, texts: texts.count))
    }
    Terminal.status("")
    if json { return try JSONOutput.print(reports) }
    for report in reports { Terminal.line(report.text) }
  }
}
