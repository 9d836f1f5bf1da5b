/// A dataset of the report.
public struct DatasetSummary: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// The file's name, or `built-in`.
  public var source: String
  /// The SHA-256 of the bytes it was read from.
  public var sha256: String
  /// Prompts that were asked.
  public var samples: Int
  /// Entries of the data.
  public var rows: Int
  /// Entries without a prompt.
  public var nulls: Int
  /// Prompts by role.
  public var roles: [String: Int]
}

/// A defence of the report.
public struct DefenseSummary: Sendable, Hashable, Codable {
  /// Its name in the configuration.
  public var name: String
  /// Its type.
  public var kind: String
  /// Its effective settings.
  public var settings: [String: JSONValue]
  /// The seeds it was run with.
  public var seeds: [UInt64]
}

/// A judge of the report.
public struct JudgeSummary: Sendable, Hashable, Codable {
  /// Its name and version.
  public var id: String
  /// How often it gave each finding.
  public var findings: [String: Int]
  /// How often each phrase decided; empty for a judge that does not go by phrases.
  public var phrases: [String: Int]
  /// Its measured agreement on labelled data, in a sentence with n; `nil` where none is known.
  public var agreement: String?
}
