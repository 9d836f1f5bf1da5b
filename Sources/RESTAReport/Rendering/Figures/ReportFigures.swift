import RESTAEvaluation

/// A report's figures as SVG files.
///
/// Each is complete in itself: with its own styles, for light and dark, and with its legend.
package enum ReportFigures {
  /// Draws all figures that a report has data for.
  ///
  /// - Parameter report: The numbers.
  /// - Returns: File names with `.svg`, which no data is part of, and the files' text: the trade-off,
  ///   one for each sweep, the vote margins, one heat map for each defence with votes.
  /// - Complexity: Linear in the report.
  package static func all(_ report: Report) -> [(name: String, svg: String)] {
    let index = ReportIndex(report)
    let figures =
      [TradeOffFigure(index).figure] + sweeps(report) + [MarginFigure(report).figure]
      + heatMaps(report)
    return figures.compactMap { $0 }.map { ("\($0.name).svg", $0.standalone) }
  }

  /// A figure for each group of sweeps.
  static func sweeps(_ report: Report) -> [Figure?] {
    SweepFigure.grouped(report.sweeps).enumerated().map { number, sweeps in
      SweepFigure(sweeps, number: number + 1).figure
    }
  }

  /// A figure for each defence with votes.
  static func heatMaps(_ report: Report) -> [Figure?] {
    report.votes.enumerated().map { number, summary in
      HeatMapFigure(summary, number: number + 1).figure
    }
  }
}
