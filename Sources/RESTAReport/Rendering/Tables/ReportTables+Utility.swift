import RESTAEvaluation

/// The tables of what the answers are good for.
extension ReportTables {
  static func instructions(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["dataset", "defense"] + ReportCSV.rate("prompt_strict") + ReportCSV.rate("prompt_loose")
        + ReportCSV.rate("instruction_strict") + ReportCSV.rate("instruction_loose"))
    for summary in report.instructionFollowing {
      table.append(
        [.text(summary.dataset), .text(summary.defense)] + ReportCSV.rate(summary.promptStrict)
          + ReportCSV.rate(summary.promptLoose) + ReportCSV.rate(summary.instructionStrict)
          + ReportCSV.rate(summary.instructionLoose))
    }
    return table
  }

  static func instructionTypes(_ report: Report) -> ReportCSV {
    var table = ReportCSV(["dataset", "defense", "type"] + ReportCSV.rate("strict"))
    for summary in report.instructionFollowing {
      for (type, rate) in ReportWords.sorted(summary.byType) {
        table.append(
          [.text(summary.dataset), .text(summary.defense), .text(type)] + ReportCSV.rate(rate))
      }
    }
    return table
  }

  static func agreement(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["role", "defense"] + ReportCSV.rate("identical") + ReportCSV.mean("common_prefix")
        + ReportCSV.mean("token_overlap") + ReportCSV.mean("similarity"))
    for summary in report.agreement {
      table.append(
        [.text(summary.role.rawValue), .text(summary.defense)] + ReportCSV.rate(summary.identical)
          + ReportCSV.mean(summary.commonPrefix) + ReportCSV.mean(summary.tokenOverlap)
          + ReportCSV.mean(summary.similarity))
    }
    return table
  }

  static func preferences(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["dataset", "defense", "judge"] + ReportCSV.mean("win_rate") + ["length_controlled"]
        + ReportCSV.rate("inconsistent") + ["unscored"] + ReportCSV.mean("length_ratio"))
    for summary in report.preferences {
      table.append(
        [.text(summary.dataset), .text(summary.defense), .text(summary.judge)]
          + ReportCSV.mean(summary.winRate) + [.number(summary.lengthControlled)]
          + ReportCSV.rate(summary.inconsistent) + [.count(summary.unscored)]
          + ReportCSV.mean(summary.lengthRatio))
    }
    return table
  }
}
