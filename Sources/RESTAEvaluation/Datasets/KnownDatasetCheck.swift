/// What a local copy of a known dataset is.
package enum KnownDatasetCheck: Sendable {
  /// There is no file.
  case missing
  /// It is byte for byte the file that is known.
  case same(DatasetCounts)
  /// It is another file, which reads well; `asExpected` says whether it holds as much as the known
  /// one. Another edition, perhaps: say in results which was used.
  case different(sha256: String, DatasetCounts, asExpected: Bool)
  /// It cannot be read, or is not of the format.
  case unreadable(EvaluationError)
}

extension KnownDataset {
  /// Checks a local copy.
  ///
  /// - Parameter path: The file.
  /// - Returns: What it is; every prompt of it was read.
  /// - Complexity: O(bytes).
  package func check(_ path: String) -> KnownDatasetCheck {
    guard SourceFile.exists(path) else { return .missing }
    do {
      let file = try SourceFile.read(path)
      let found = DatasetCounts(try DatasetEntries.read(file, format: format))
      if file.sha256 == sha256 { return .same(found) }
      return .different(sha256: file.sha256, found, asExpected: found == counts)
    } catch {
      return .unreadable(error)
    }
  }
}
