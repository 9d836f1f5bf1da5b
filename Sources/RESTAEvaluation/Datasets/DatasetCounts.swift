/// What a file of prompts holds, counted entry by entry.
package struct DatasetCounts: Sendable, Hashable, Codable {
  /// Entries, prompts or not.
  package var rows: Int
  /// Entries with a prompt.
  package var prompts: Int
  /// Entries without one.
  package var nulls: Int
  /// Entries that the data itself calls jailbroken; `nil` where it does not say.
  package var jailbroken: Int?
  /// Prompts that should be answered.
  package var benign: Int

  /// Makes counts.
  ///
  /// - Parameters:
  ///   - rows: Entries.
  ///   - nulls: Entries without a prompt. Default: 0.
  ///   - jailbroken: Entries that the data calls jailbroken. Default: it does not say.
  ///   - benign: Prompts that should be answered. Default: 0.
  package init(rows: Int, nulls: Int = 0, jailbroken: Int? = nil, benign: Int = 0) {
    self.rows = rows
    prompts = rows - nulls
    self.nulls = nulls
    self.jailbroken = jailbroken
    self.benign = benign
  }

  init(_ entries: DatasetEntries) {
    self.init(
      rows: entries.rows, nulls: entries.nulls, jailbroken: entries.jailbroken,
      benign: entries.samples.count { $0.role == .benign })
  }
}
