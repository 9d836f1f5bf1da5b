// Public, because a conformance that this file adds to a public type is public too.
public import ArgumentParser
import Foundation
public import RESTAEvaluation

/// `resta eval export`: the answers of a store, for other tools.
struct EvalExport: AsyncParsableCommand {
  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl
    case csv
    case jbbArtifact = "jbb-artifact"
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the answers of a store as JSON Lines, CSV, or a JailbreakBench artifact.",
    discussion: """
      An artifact holds one dataset, defence and seed, and always its prompts and answers. In the \
      other formats answers to harmful requests are left out, unless --texts all.

      Example:
        resta eval export results.sqlite --format jbb-artifact --dataset adversarial \\
          --defense RESTA --seed 1 > artifact.json
      """)

  @Argument(help: "The store.")
  var store: String

  @Option(help: "What is written.")
  var format = Format.jsonl

  @Option(help: ArgumentHelp("Only this dataset.", valueName: "name"))
  var dataset: String?

  @Option(help: ArgumentHelp("Only this defence.", valueName: "name"))
  var defense: String?

  @Option(help: ArgumentHelp("Only this seed.", valueName: "n"))
  var seed: UInt64?

  @Option(help: "Which texts are written: all, benign-answers (and all prompts), or none.")
  var texts = RowExport.Texts.benignAnswers

  func run() async throws {
    let store = try EvaluationStore(path: store, mustExist: true)
    guard let record = try await store.record() else {
      throw Failure.failed("The store '\(self.store)' is empty.")
    }
    let all = try await store.rows(judges: record.judges)
    try check(dataset, called: "--dataset", among: all.map(\.dataset))
    try check(defense, called: "--defense", among: all.map(\.defense))
    let rows = all.filter { row in
      (dataset == nil || row.dataset == dataset) && (defense == nil || row.defense == defense)
        && (seed == nil || !row.usesSeed || row.seed == seed)
    }
    try store.close()
    switch format {
    case .jsonl: Terminal.write(RowExport(texts: texts).jsonLines(rows))
    case .csv: Terminal.write(RowExport(texts: texts).csv(rows))
    case .jbbArtifact:
      let model = record.environment.first { $0.label == "Model" }?.value ?? "unknown"
      let artifact = try JailbreakBenchArtifact(
        rows: rows, model: model, date: Self.today, judge: record.judges.first)
      Terminal.write(artifact.text)
      Terminal.error(
        "\(rows.count) prompts, \(artifact.jailbroken) jailbroken, \(artifact.unscored) unscored.")
    }
  }

  /// `YYYY-MM-DD`, in universal time.
  private static var today: String {
    String(Date().formatted(.iso8601).prefix(10))
  }

  private func check(_ name: String?, called option: String, among names: [String]) throws {
    guard let name, !names.contains(name) else { return }
    var known: [String] = []
    for other in names where !known.contains(other) { known.append(other) }
    throw Failure.usage(
      "\(option) '\(name)' is not in the store; it has \(known.joined(separator: ", ")).")
  }
}

extension RowExport.Texts: ExpressibleByArgument {}
