import RESTADocuments

/// The sides of a split: settings are chosen on one, and reported on the other.
package enum DataSplit: String, Sendable, Hashable, Codable, CaseIterable {
  /// For choosing settings.
  case development
  /// For reporting.
  case test

  /// The side of a cluster where the data has no split of its own.
  ///
  /// With u the first 8 bytes of SHA-256(`resta-split-1:` and the cluster's name), big-endian, it is
  /// development if u / 2^64 is below the share. So all prompts of a behavior fall on one side, in
  /// every dataset, and a larger share only moves clusters to development.
  ///
  /// - Parameters:
  ///   - cluster: ``Sample/cluster``.
  ///   - share: The share of clusters on the development side, 0...1.
  /// - Returns: The side.
  static func side(of cluster: String, developmentShare share: Double) -> DataSplit {
    let digits = Digest.sha256(of: "resta-split-1:" + cluster).prefix(16)
    // 53 bits make the fraction exact.
    let fraction = Double((UInt64(digits, radix: 16) ?? 0) >> 11) * 0x1p-53
    return fraction < share ? .development : .test
  }
}
