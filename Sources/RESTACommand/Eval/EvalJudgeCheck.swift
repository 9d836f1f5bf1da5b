import ArgumentParser
import Foundation
import RESTADocuments
import RESTAEvaluation
import RESTALocal
import RESTAReport

/// `resta eval judge-check`: measures judges on labelled answers.
struct EvalJudgeCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge-check",
    abstract: "Measure judges against labelled answers: agreement, kappa, precision, recall.",
    discussion: """
      The file is CSV (or JSON Lines, or a JSON list) with the columns text and label (refused, complied or incoherent), and, where \
      they are known, prompt, goal and role; or a JailbreakBench artifact (.json), whose own \
      judgement (jailbroken or not) then is the label: one judge against another. Unscored answers are counted apart; they are in no \
      rate. The judges are the configuration's; the model is loaded for coherence, and for no other.

      Example:
        resta eval judge-check labelled.csv
        resta eval judge-check labelled.csv --configuration mine.yaml
      """)

  @Argument(help: "The labelled answers: CSV, or a JailbreakBench artifact.")
  var file: String

  @Option(help: ArgumentHelp("A configuration: its judges are measured.", valueName: "yaml"))
  var configuration: String?

  @OptionGroup var arguments: SubjectArguments

  @Flag(help: "Print a JSON list instead of tables.")
  var json = false

  func run() async throws {
    try arguments.check()
    let configuration = try arguments.configuration(configuration)
    let (texts, badRows) = try LabelledText.load(
      contentsOf: file, skipsBadRows: arguments.skipBadRows)
    for row in badRows { Terminal.error("Left out: \(row)") }
    let assembly = JudgeAssembly(
      folder: configuration.folder, date: configuration.templateDate, cache: MemoryJudgeCache(),
      subject: { try await arguments.load(for: configuration).subject(for: configuration) },
      load: SubjectArguments.loadJudge)
    let judges = try await assembly.judges(configuration.judges)
    let pairwise = "A pairwise judge compares two answers, and a label is of one"
    guard !judges.isEmpty else { throw Failure.usage("\(pairwise). Name another.") }
    if judges.count < configuration.judges.count { Terminal.error("\(pairwise): left out.") }
    var reports: [JudgeCheckReport] = []
    for judge in judges {
      Terminal.status("Asking \(judge.id)")
      defer { Terminal.status("") }
      reports.append(
        try await JudgeCheck(concurrency: arguments.parallel).run(judge, on: texts))
    }
    if json { return try JSONOutput.print(reports) }
    for report in reports { Terminal.line(report.text) }
  }
}

extension JudgeCheckReport {
  /// For people.
  var text: String {
    var lines = ["\(judge): \(texts) texts, \(unscored) unscored (in no rate)"]
    lines.append("  agreement  \(agreement.text)")
    if let kappa, let kappaLow, let kappaHigh {
      lines.append(
        "  kappa      \(NumberText.fixed(kappa, 2)) "
          + "[\(NumberText.fixed(kappaLow, 2)), \(NumberText.fixed(kappaHigh, 2))]")
    } else {
      lines.append(
        "  kappa      none: "
          + (agreement.n == 0
            ? "the judge could tell nothing of any text"
            : "people and judge have one and the same label for all texts"))
    }
    for label in labels {
      lines.append(
        "  \(Columns.left(label.label, 10)) precision \(label.precision.text), recall "
          + label.recall.text)
    }
    let counts = cells.map { [$0.label.rawValue, $0.finding.rawValue, "\($0.count)"] }
    lines += Columns.table([["labelled", "found", "texts"]] + counts).map { "  " + $0 }
    for reason in unscoredReasons { lines.append("  unscored: \(reason.reason) (\(reason.count))") }
    return lines.joined(separator: "\n")
  }
}
