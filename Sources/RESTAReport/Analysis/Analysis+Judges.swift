import RESTADocuments
import RESTAEvaluation

extension Analysis {
  /// Every judge with a verdict, by its id.
  static func judges(in table: AnalysisTable, agreement: [String: String]) -> [JudgeSummary] {
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
        agreement: agreement[judge])
    }
  }
}
