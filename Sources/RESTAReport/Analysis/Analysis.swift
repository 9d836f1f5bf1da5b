import RESTADocuments
import RESTAEvaluation

/// Makes the numbers of a report from generations.
///
/// Everything follows from the rows and the options: the order of the rows changes nothing but the
/// order of defences and datasets that the options do not name.
///
/// An unscored answer is part of no rate. An incoherent one is part of all of them, as what it is:
/// neither refused nor complied.
enum Analysis {
  /// Adds to what is known of a run all that follows from its generations, each once.
  static func completing(
    _ report: Report, from rows: [GenerationRow], options: AnalysisOptions = .init()
  ) -> Report {
    let table = AnalysisTable(rows, report.datasets, options)
    let estimator = Estimator(options.bootstrap)
    var report = report
    report.defenses = table.defenses.map(\.summary)
    report.judges = judges(in: table)
    report.groups = groups(in: table, estimator)
    report.tradeOff = tradeOff(in: table, estimator)
    report.comparisons = comparisons(in: table, of: \.complied, estimator)
    report.correctAnswers = correctAnswers(in: table, estimator)
    report.correctComparisons = comparisons(in: table, of: \.isCorrect, estimator)
    report.voteEffects = voteEffects(in: table, estimator)
    report.sweeps = sweeps(in: table, estimator)
    report.votes = votes(in: table, estimator, rowLimit: options.heatMapLimit)
    report.agreement = agreement(in: table, estimator)
    report.examples = examples(
      in: table, limit: options.exampleLimit, showsText: options.showsText)
    report.warnings = warnings(in: table, about: report)
    return report
  }
}

struct AnalysisOptions: Sendable, Hashable {
  /// The defence that the others are compared with.
  var baseline = "none"
  /// Names of defences in the order of the tables.
  ///
  /// Those not named follow in the order in which they first occur; the baseline is always first.
  var defenseOrder: [String] = []
  /// Names of datasets in the order of the tables.
  ///
  /// Those not named follow, first the report's, then in the order in which they first occur. Default: empty.
  var datasetOrder: [String] = []
  /// Whether examples show direct and adversarial prompts and the answers to them; else lengths and
  /// hashes stand for both.
  var showsText = false
  /// How many prompts of each role the examples show, under each defence.
  var exampleLimit = 5
  /// How many answers of each defence the vote heat map shows.
  var heatMapLimit = 40
  var bootstrap = ClusterBootstrap()
}

/// Makes rates and means with intervals, for all of an analysis from the same draws.
final class Estimator {
  let cache: ResampleCache
  private var bootstrap: ClusterBootstrap { cache.bootstrap }

  init(_ bootstrap: ClusterBootstrap) { cache = ResampleCache(for: bootstrap) }

  /// The share of scored answers with a label.
  func rate(of label: AnswerLabel, in rows: [GenerationRow]) -> Rate {
    rate(rows.sums(of: label))
  }

  func rate(_ sums: ClusterSums) -> Rate { Rate(sums, confidence: bootstrap.confidence) }

  func mean(_ sums: ClusterSums) -> Mean { Mean(sums, cache: cache) }

  func mean(shares: ClusterSums) -> Mean { Mean(shares: shares, confidence: bootstrap.confidence) }

  func test(_ differences: PairedDifferences) -> SignFlipTest? {
    SignFlipTest(differences, confidence: bootstrap.confidence, seed: bootstrap.seed)
  }

  /// The mean of a cost over the answers that have it.
  func mean(_ rows: [GenerationRow], of cost: (DefendedAnswer) -> Double?) -> Mean {
    var sums = ClusterSums()
    for row in rows {
      if let cost = row.answer.flatMap(cost) { sums.add(cost, to: row.cluster) }
    }
    return mean(sums)
  }
}

extension Analysis {
  /// Every judge with a verdict, by its id.
  static func judges(in table: AnalysisTable) -> [JudgeSummary] {
    var findings: [String: [String: Int]] = [:]
    var phrases: [String: [String: Int]] = [:]
    for row in table.defenses.flatMap(\.rows) {
      for (judge, verdict) in row.verdicts {
        findings[judge, default: [:]][verdict.finding.rawValue, default: 0] += 1
        if let phrase = verdict.details["phrase"]?.string {
          phrases[judge, default: [:]][phrase, default: 0] += 1
        }
      }
    }
    return findings.keys.sorted().map { judge in
      JudgeSummary(
        id: judge, findings: findings[judge] ?? [:], phrases: phrases[judge] ?? [:],
        agreement: MeasuredAgreement.sentence(about: judge))
    }
  }
}

extension Analysis {
  /// A few prompts of each role, evenly spaced, each with the answer of every defence to its lowest seed.
  static func examples(
    in table: AnalysisTable, limit: Int, showsText: Bool
  ) -> [Example] {
    let answers = table.defenses.map { $0.rows.byPrompt() }
    return Sample.Role.allCases.flatMap { role -> [Example] in
      let prompts = table.defenses.flatMap { $0.rows.of(role) }.prompts()
      return prompts.evenly(atMost: limit).flatMap { prompt in
        answers.compactMap { $0[prompt]?.first }.map { row in
          example(of: row, isRedacted: role != .benign && !showsText)
        }
      }
    }
  }

  private static func example(of row: GenerationRow, isRedacted: Bool) -> Example {
    Example(
      dataset: row.dataset, sample: row.sample.id, role: row.sample.role, defense: row.defense,
      seed: row.seed, label: row.label, prompt: isRedacted ? nil : row.sample.prompt,
      answer: isRedacted ? nil : row.answer?.text,
      redaction: isRedacted ? redaction(of: row) : nil)
  }

  /// Enough to tell whether two texts are the same, and to find one in the store.
  private static func redaction(of row: GenerationRow) -> String {
    func stub(_ text: String) -> String {
      "\(ReportWords.count(text.count, "character")), SHA-256 \(Digest.sha256(of: text).prefix(16))"
    }
    let answer = row.answer.map { stub($0.text) } ?? "none"
    return "prompt: \(stub(row.sample.prompt)); answer: \(answer)"
  }
}
