import RESTAReport
import RESTALocal
public import ArgumentParser
import Foundation
import RESTA
package import RESTADocuments
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

  @OptionGroup var arguments: EvaluationArguments

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  func run() async throws {
    try arguments.check()
    guard arguments.shard == nil, !arguments.dryRun else {
      throw Failure.usage("--shard and --dry-run are for 'resta eval run'.")
    }
    let base = try ConfigurationFile(configuration)
    let datasets =
      configuration == nil
      ? [] : try base.datasets(data: arguments.dataFolder, limit: nil)
    let imported = try ImportedAnswer.load(contentsOf: file, datasets: datasets, role: role)
    let session = try await EvaluationSession(
      judging: imported, from: file, base, arguments)
    let output = URL(fileURLWithPath: arguments.output ?? "evaluations/\(session.record.name)")
    let store = try EvaluationStore(
      path: EvaluationSession.storePath(in: output, shard: .all))
    let done = try await session.run(into: store)
    if !json { RunSummary.show(done, try await store.counts(), store: store.path) }
    try await ReportWriter(store: store, folder: output, showsHarmful: false).write(json: json)
    try store.close()
  }
}

extension Sample.Role: ExpressibleByArgument {}

extension EvaluationSession {
  /// Prepares to judge answers from elsewhere.
  ///
  /// - Parameters:
  ///   - answers: The answers.
  ///   - file: Where they are from.
  ///   - base: Whose judges are used.
  ///   - arguments: The command line.
  /// - Throws: ``Failure`` for two answers to one prompt; what loading a model throws.
  init(
    judging answers: [ImportedAnswer], from file: String, _ base: ConfigurationFile,
    _ arguments: EvaluationArguments
  ) async throws {
    let hash = try Digest.sha256(ofFile: file)
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    var order: [String] = []
    var grouped: [String: [ImportedAnswer]] = [:]
    for answer in answers {
      let defense = answer.defense ?? "none"
      if grouped[defense] == nil { order.append(defense) }
      grouped[defense, default: []].append(answer)
    }
    try Self.checkDuplicates(grouped)
    let entries = order.map { defense in
      EvaluationPlan.Entry(
        name: defense,
        defense: ImportedDefense(grouped[defense] ?? [], source: "\(hash) \(defense)"))
    }
    var samples: [Sample] = []
    var seen: Set<[UInt8]> = []
    for answer in answers where seen.insert(Array(answer.sample.prompt.utf8)).inserted {
      samples.append(answer.sample)
    }
    let dataset = Dataset(
      name: name, source: URL(fileURLWithPath: file).lastPathComponent, sha256: hash,
      samples: samples, rows: answers.count)
    let text = "# Answers imported from \(dataset.source), SHA-256 \(hash)\n" + base.value.text
    try await self.init(
      datasets: [dataset], entries: { _ in entries }, name: name, text: text,
      baseline: order.contains("none") ? "none" : order.first ?? "none", base, arguments)
  }

  private static func checkDuplicates(_ grouped: [String: [ImportedAnswer]]) throws {
    for answers in grouped.values {
      var places: [[UInt8]: String] = [:]
      for answer in answers {
        if let earlier = places.updateValue(answer.place, forKey: Array(answer.sample.prompt.utf8))
        {
          throw Failure.usage(
            "\(answer.place): the prompt has an answer of the same defence at \(earlier); give "
              + "each its own \"defense\".")
        }
      }
    }
  }
}
