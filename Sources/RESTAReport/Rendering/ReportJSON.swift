import RESTAEvaluation
package import Foundation

/// A report as JSON: what the page, the figures and the tables were drawn from.
package enum ReportJSON {
  /// Writes a report.
  ///
  /// - Parameter report: The numbers.
  /// - Returns: UTF-8 with sorted keys and two spaces of indentation, the same for equal reports.
  /// - Throws: `EncodingError` for a number that is not finite.
  /// - Complexity: Linear in the report.
  package static func encode(_ report: Report) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(report) + Data("\n".utf8)
  }
}
