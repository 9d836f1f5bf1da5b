import ArgumentParser
import Foundation
import RESTAEvaluation

/// `resta report`: the report of an evaluation, from its store.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report of an evaluation: a page, figures, tables and JSON.",
    discussion: """
      Writes report.html (one file that works offline), report.json, figures/*.svg and tables/*.csv. \
      Prompts of attacks and answers to harmful requests are left out unless asked for.

      Example:
        resta report evaluations/built-in/results.sqlite --output report
      """)

  @Argument(help: "The store: the results.sqlite of 'resta eval run', or of 'resta eval merge'.")
  var store: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where it goes. (default: the store's folder)", valueName: "folder"))
  var output: String?

  @Flag(help: "Show prompts of attacks and answers to harmful requests.")
  var showHarmful = false

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  func run() async throws {
    let store = try EvaluationStore(path: store, mustExist: true)
    let folder =
      output.map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: self.store).deletingLastPathComponent()
    try await ReportWriter(store: store, folder: folder, showsHarmful: showHarmful)
      .write(json: json)
    try store.close()
  }
}
