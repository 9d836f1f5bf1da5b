import RESTAEvaluation

/// The tables of the votes.
extension ReportTables {
  static func votes(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["defense", "answers", "votes"] + ReportCSV.rate("ties") + ReportCSV.rate("near_ties"))
    for summary in report.votes {
      table.append(
        [.text(summary.defense), .count(summary.answers), .count(summary.votes)]
          + ReportCSV.rate(summary.ties) + ReportCSV.rate(summary.nearTies))
    }
    return table
  }

  static func votePositions(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["defense", "position", "votes", "mean_margin", "unanimous", "ties"])
    for summary in report.votes {
      for position in summary.positions {
        table.append([
          .text(summary.defense), .count(position.position), .count(position.votes),
          .number(position.meanMargin), .number(position.unanimous), .number(position.ties),
        ])
      }
    }
    return table
  }

  /// One row for each token that was voted on: the form that plotting programs want.
  static func voteMargins(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["defense", "sample", "role", "label", "position", "margin"])
    for summary in report.votes {
      for row in summary.rows {
        for (position, margin) in row.margins.enumerated() {
          table.append([
            .text(summary.defense), .text(row.sample), .text(row.role.rawValue),
            .text(row.label.rawValue), .count(position), .number(margin),
          ])
        }
      }
    }
    return table
  }

  static func tieBreaks(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["defense", "rule", "count"])
    for summary in report.votes {
      for (rule, count) in ReportWords.sorted(summary.tieBreaks) {
        table.append([.text(summary.defense), .text(rule), .count(count)])
      }
    }
    return table
  }
}
