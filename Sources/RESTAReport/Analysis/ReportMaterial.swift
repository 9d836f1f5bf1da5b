package import RESTADocuments
import RESTAEvaluation

/// A dataset of the report.
package struct DatasetSummary: Sendable, Hashable, Codable {
  /// Its name.
  package var name: String
  /// The file's name, or `built-in`.
  package var source: String
  /// The SHA-256 of the bytes it was read from.
  package var sha256: String
  /// Prompts that were asked.
  package var samples: Int
  /// Entries of the data.
  package var rows: Int
  /// Entries without a prompt.
  package var nulls: Int
  /// Prompts by role.
  package var roles: [String: Int]
}

/// A defence of the report.
package struct DefenseSummary: Sendable, Hashable, Codable {
  /// Its name in the configuration.
  package var name: String
  /// Its type.
  package var kind: String
  /// Its effective settings.
  package var settings: JSONObject
  /// The seeds it was run with.
  package var seeds: [UInt64]
}

/// A judge of the report.
package struct JudgeSummary: Sendable, Hashable, Codable {
  /// Its name and version.
  package var id: String
  /// How often it gave each finding.
  package var findings: [String: Int]
  /// How often each phrase decided; empty for a judge that does not go by phrases.
  package var phrases: [String: Int]
  /// Its measured agreement on labelled data, in a sentence with n; `nil` where none is known.
  package var agreement: String?
}
