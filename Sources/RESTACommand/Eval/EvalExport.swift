public import ArgumentParser
import Foundation
import RESTA
import RESTADocuments
public import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta eval export`: the answers of a store, for other tools.
struct EvalExport: AsyncParsableCommand {
  /// What is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl, csv
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

  @Option(
    help: "Which texts are written: all, benign-answers (and all prompts; the default), or none.")
  var texts: RowExport.Texts?

  func run() async throws {
    guard format != .jbbArtifact || texts ?? .all == .all else {
      throw Failure.usage("An artifact always holds prompts and answers: leave out --texts.")
    }
    let store = try EvaluationStore(path: store, mustExist: true)
    guard let record = try await store.record() else {
      throw Failure.failed("The store '\(self.store)' is empty.")
    }
    let all = try await store.rows(judges: record.judges)
    try check(dataset, called: "--dataset", among: all.map(\.dataset))
    try check(defense, called: "--defense", among: all.map(\.defense))
    try check(
      seed.map { "\($0)" }, called: "--seed", among: all.filter(\.usesSeed).map { "\($0.seed)" })
    let rows = all.filter { row in
      (dataset == nil || row.dataset == dataset) && (defense == nil || row.defense == defense)
        && (seed == nil || !row.usesSeed || row.seed == seed)
    }
    try store.close()
    let export = RowExport(texts: texts ?? .benignAnswers)
    switch format {
    case .jsonl: Terminal.write(export.jsonLines(rows))
    case .csv: Terminal.write(export.csv(rows))
    case .jbbArtifact:
      let model = record.environment.first { $0.label == "Model" }?.value ?? "unknown"
      let artifact = try JailbreakBenchArtifact(
        rows: rows, model: model, date: String(Date().formatted(.iso8601).prefix(10)),
        judge: record.decidingJudge)
      Terminal.write(artifact.text)
      Terminal.error(
        "\(rows.count) prompts, \(artifact.jailbroken) jailbroken, \(artifact.unscored) unscored.")
    }
  }

  private func check(_ name: String?, called option: String, among names: [String]) throws {
    guard let name, !names.contains(name) else { return }
    let known = names.isEmpty ? "none" : names.unique().joined(separator: ", ")
    throw Failure.usage("\(option) '\(name)' is not in the store; it has \(known).")
  }
}

extension RowExport.Texts: ExpressibleByArgument {}

/// `resta eval import`: judges answers that were made elsewhere.
struct EvalImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Judge answers from elsewhere, and report.",
    discussion: """
      Each line of the file is an object with "answer" (or "response"; null is unscored) and either \
      "prompt" and "role" (direct, adversarial or benign), or "sample" (and "dataset"): the id of a \
      prompt of the configuration's datasets. "defense" says what answered. Coherence is judged by \
      the model that --model names.

      Example:
        resta eval import answers.jsonl --role direct --output imported
      """)

  @Argument(help: "The answers, JSON Lines.")
  var file: String

  @Option(
    help: ArgumentHelp("A configuration: its judges and datasets are used.", valueName: "yaml"))
  var configuration: String?

  @Option(help: "The role of prompts whose lines do not say.")
  var role: Sample.Role?

  @OptionGroup var destination: StoreArguments
  @OptionGroup var arguments: SubjectArguments

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  func run() async throws {
    try arguments.check()
    guard configuration != nil || destination.data.given == nil else {
      throw Failure.usage("--data is for the datasets of a --configuration, and none is given.")
    }
    let base = try arguments.configuration(configuration)
    let datasets =
      configuration == nil ? [] : try base.read(data: destination.data.folder, limit: nil)
    let (imported, badRows, hash) = try ImportedAnswer.load(
      contentsOf: file, datasets: datasets, role: role, skipsBadRows: arguments.skipBadRows)
    for row in badRows { Terminal.error("Left out: \(row)") }
    let options = EvaluationOptions(
      parallel: arguments.parallel, retriesUnscored: destination.retryUnscored)
    let session = try await EvaluationSession(
      judging: imported, from: file, sha256: hash, base, options: options,
      load: { try await arguments.load(for: base) })
    let output = EvaluationSession.output(of: session.record.name, given: destination.output)
    let store = try await destination.run(session, in: output, json: json)
    try await ReportWriter(store: store, folder: output, showsHarmful: false).write(json: json)
    try store.close()
  }
}

extension Sample.Role: ExpressibleByArgument {}
