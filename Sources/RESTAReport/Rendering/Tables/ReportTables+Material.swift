import RESTAEvaluation

/// The tables of what was asked, how, and who judged.
extension ReportTables {
  static func datasets(_ report: Report) -> ReportCSV {
    let roles = Sample.Role.allCases.map(\.rawValue)
    var table = ReportCSV(["dataset", "source", "sha256", "samples", "rows", "nulls"] + roles)
    for dataset in report.datasets {
      table.append(
        [
          .text(dataset.name), .text(dataset.source), .text(dataset.sha256),
          .count(dataset.samples), .count(dataset.rows), .count(dataset.nulls),
        ] + roles.map { .count(dataset.roles[$0] ?? 0) })
    }
    return table
  }

  static func defenses(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["defense", "kind", "settings", "seeds"])
    for defense in report.defenses {
      table.append([
        .text(defense.name), .text(defense.kind), .text(ReportWords.settings(defense.settings)),
        .text(defense.seeds.map(String.init).joined(separator: " ")),
      ])
    }
    return table
  }

  static func judges(_ report: Report) -> ReportCSV {
    let findings = Set(report.judges.flatMap(\.findings.keys)).sorted()
    var table = ReportCSV(["judge", "agreement"] + findings)
    for judge in report.judges {
      table.append(
        [.text(judge.id), .text(judge.agreement ?? "")]
          + findings.map { .count(judge.findings[$0] ?? 0) })
    }
    return table
  }

  static func phrases(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["judge", "phrase", "answers"])
    for judge in report.judges {
      for (phrase, count) in judge.phrases.sorted(by: { $0.key < $1.key }) {
        table.append([.text(judge.id), .text(phrase), .count(count)])
      }
    }
    return table
  }
}
