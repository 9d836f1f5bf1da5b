public import Foundation

extension Report {
  /// Writes the report's files: `report.html`, one page that works offline; `report.json`;
  /// `figures/*.svg` and `tables/*.csv`.
  ///
  /// - Parameter folder: Where they go; made where it does not exist. Files of the same names are
  ///   replaced, each at once: a page that is open in a browser is never half a page. Figures and tables of an
  ///   earlier report that this one has not are removed.
  /// - Throws: `CocoaError` for a file that cannot be written, `EncodingError` for a number that is
  ///   not finite.
  /// - Complexity: Linear in the report.
  public func write(to folder: URL) throws {
    try Self.write(Data(HTMLReport.render(self).utf8), to: folder, "report.html")
    try Self.write(try ReportJSON.encode(self), to: folder, "report.json")
    try Self.replace(
      "figures", in: folder, with: ReportFigures.all(self).map { ($0.name, $0.svg) },
      beginning: ReportFigures.head)
    try Self.replace(
      "tables", in: folder, with: ReportTables.csv(self).map { ($0.name, $0.csv) },
      beginning: { ReportTables.heads[$0] })
  }

  /// Writes what belongs into one of the folders, and removes what an earlier report left there: it would pass
  /// for a part of this one.
  private static func replace(
    _ part: String, in folder: URL, with texts: [(name: String, text: String)],
    beginning head: (String) -> String?
  ) throws {
    for (name, text) in texts { try write(Data(text.utf8), to: folder, "\(part)/\(name)") }
    let path = folder.appendingPathComponent(part).path
    let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in Set(found).subtracting(texts.map(\.name)) {
      // Somebody else's file may have such a name.
      guard let start = head(name),
        let text = try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8),
        text.hasPrefix(start)
      else { continue }
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
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
