public import Foundation

extension Report {
  /// Writes the report's files: `report.html`, one page that works offline; `report.json`;
  /// `figures/*.svg` and `tables/*.csv`.
  ///
  /// - Parameter folder: Where they go; made where it does not exist. Files of the same names are
  ///   replaced, each at once: a page that is open in a browser is never half a page.
  /// - Throws: `CocoaError` for a file that cannot be written, `EncodingError` for a number that is
  ///   not finite.
  /// - Complexity: Linear in the report.
  public func write(to folder: URL) throws {
    try Self.write(Data(HTMLReport.render(self).utf8), to: folder, "report.html")
    try Self.write(try ReportJSON.encode(self), to: folder, "report.json")
    for figure in ReportFigures.all(self) {
      try Self.write(Data(figure.svg.utf8), to: folder, "figures/\(figure.name)")
    }
    for table in ReportTables.csv(self) {
      try Self.write(Data(table.csv.utf8), to: folder, "tables/\(table.name)")
    }
  }

  private static func write(_ data: Data, to folder: URL, _ name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file, options: .atomic)
  }
}

/// A report as JSON: what the page, the figures and the tables were drawn from.
package enum ReportJSON {
  /// UTF-8 with sorted keys and two spaces of indentation, the same for equal reports.
  package static func encode(_ report: Report) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(report) + Data("\n".utf8)
  }
}
