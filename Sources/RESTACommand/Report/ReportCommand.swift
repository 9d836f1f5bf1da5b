import ArgumentParser
import Foundation
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

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

/// Writes a report's files: the page, its figures, its tables, and its numbers.
struct ReportWriter {
  let store: EvaluationStore
  let folder: URL
  let showsHarmful: Bool

  /// Analyses the store and writes everything; prints the summary, or JSON.
  func write(json: Bool) async throws {
    let beside = URL(fileURLWithPath: store.path).deletingLastPathComponent()
    let isBeside = folder.standardizedFileURL.path == beside.standardizedFileURL.path
    let report = try await ReportAssembly(store: store).report(
      command: "resta report \(Self.quoted(store.path))"
        + (isBeside ? "" : " --output \(Self.quoted(folder.relativePath))")
        + (showsHarmful ? " --show-harmful" : ""), showsHarmful: showsHarmful)
    do {
      try report.write(to: folder)
    } catch let error as CocoaError {
      throw Failure.failed(
        "The report could not be written to '\(folder.path)': \(error.systemReason)")
    }
    if json {
      Terminal.line(String(decoding: try ReportJSON.encode(report), as: UTF8.self))
    } else {
      Terminal.write(TextReport.render(report, width: Terminal.width))
      Terminal.error("The report is \(folder.appendingPathComponent("report.html").path)")
    }
  }

  /// A path as a shell takes it.
  static func quoted(_ path: String) -> String {
    let plain = path.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-/+".contains($0))
    }
    return plain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
