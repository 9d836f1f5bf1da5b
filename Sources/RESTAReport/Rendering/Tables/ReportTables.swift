import RESTAEvaluation

/// A report's numbers as CSV files, in full precision.
///
/// Shares have the columns `count`, `n`, `clusters`, `share`, `low`, `high`, `method`; means the
/// mean, `n`, `low`, `high`. What does not exist is an empty cell.
package enum ReportTables {
  /// Writes all tables that a report has rows for.
  ///
  /// - Parameter report: The numbers.
  /// - Returns: File names with `.csv`, which no data is part of, and the files' text: UTF-8, RFC
  ///   4180.
  /// - Complexity: Linear in the report.
  package static func csv(_ report: Report) -> [(name: String, csv: String)] {
    let tables: [(String, ReportCSV)] = [
      ("groups", groups(report)), ("any-of-seeds", anyOfSeeds(report)),
      ("trade-off", tradeOff(report)), ("comparisons", comparisons(report)),
      ("sweeps", sweeps(report)), ("votes", votes(report)),
      ("vote-positions", votePositions(report)), ("vote-margins", voteMargins(report)),
      ("tie-breaks", tieBreaks(report)), ("instructions", instructions(report)),
      ("instruction-types", instructionTypes(report)), ("agreement", agreement(report)),
      ("preferences", preferences(report)), ("datasets", datasets(report)),
      ("defenses", defenses(report)), ("judges", judges(report)),
      ("phrases", phrases(report)),
    ]
    return tables.filter { !$0.1.isEmpty }.map { ("\($0.0).csv", $0.1.text) }
  }

  private static func groups(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["dimension", "group", "role", "defense", "prompts", "seeds", "asked", "unscored"]
        + ReportCSV.rate("refused") + ReportCSV.rate("complied") + ReportCSV.rate("incoherent")
        + ReportCSV.mean("tokens_processed") + ReportCSV.mean("passes") + ReportCSV.mean("seconds")
        + ReportCSV.mean("token_ratio"))
    for group in report.groups {
      table.append(
        [
          .text(group.dimension.rawValue), .text(group.group), .text(group.role.rawValue),
          .text(group.defense), .count(group.prompts), .count(group.seeds), .count(group.asked),
          .count(group.unscored),
        ] + ReportCSV.rate(group.refused) + ReportCSV.rate(group.complied)
          + ReportCSV.rate(group.incoherent) + ReportCSV.mean(group.tokensProcessed)
          + ReportCSV.mean(group.passes) + ReportCSV.mean(group.seconds)
          + ReportCSV.mean(group.tokenRatio))
    }
    return table
  }

  private static func anyOfSeeds(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["dimension", "group", "role", "defense", "attempts"] + ReportCSV.rate("complied"))
    for group in report.groups {
      for entry in group.anyOfSeeds {
        table.append(
          [
            .text(group.dimension.rawValue), .text(group.group), .text(group.role.rawValue),
            .text(group.defense), .count(entry.attempts),
          ] + ReportCSV.rate(entry.rate))
      }
    }
    return table
  }

  private static func tradeOff(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["defense"] + ReportCSV.rate("attack_success") + ReportCSV.rate("direct_success")
        + ReportCSV.rate("usefulness") + ReportCSV.mean("token_ratio")
        + ReportCSV.mean("above_diagonal") + ["verdict", "pareto_optimal"])
    for point in report.tradeOff {
      table.append(
        [.text(point.defense)] + ReportCSV.rate(point.attackSuccess)
          + ReportCSV.rate(point.directSuccess) + ReportCSV.rate(point.usefulness)
          + ReportCSV.mean(point.tokenRatio) + ReportCSV.mean(point.aboveDiagonal)
          + [.text(point.verdict.rawValue), .text("\(point.isParetoOptimal)")])
    }
    return table
  }

  private static func comparisons(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["role", "defense", "baseline", "n", "only_baseline", "only_defense"]
        + ReportCSV.mean("difference") + ["mcnemar_p"])
    for comparison in report.comparisons {
      table.append(
        [
          .text(comparison.role.rawValue), .text(comparison.defense), .text(comparison.baseline),
          .count(comparison.n), .count(comparison.onlyBaseline), .count(comparison.onlyDefense),
        ] + ReportCSV.mean(comparison.difference) + [.number(comparison.p)])
    }
    return table
  }

  private static func sweeps(_ report: Report) -> ReportCSV {
    var table = ReportCSV(
      ["parameter", "fixed", "series", "value", "defense"] + ReportCSV.rate("attack_success")
        + ReportCSV.rate("direct_success") + ReportCSV.rate("usefulness")
        + ReportCSV.rate("incoherent") + ReportCSV.mean("token_ratio") + ReportCSV.mean("margin"))
    for sweep in report.sweeps {
      for point in sweep.points {
        table.append(
          [
            .text(sweep.parameter), .text(sweep.fixed), .text(sweep.series),
            point.value.map { .number($0) } ?? .text("all"), .text(point.defense),
          ] + ReportCSV.rate(point.attackSuccess) + ReportCSV.rate(point.directSuccess)
            + ReportCSV.rate(point.usefulness) + ReportCSV.rate(point.incoherent)
            + ReportCSV.mean(point.tokenRatio) + ReportCSV.mean(point.margin))
      }
    }
    return table
  }
}
