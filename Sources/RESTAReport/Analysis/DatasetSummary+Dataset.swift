package import RESTAEvaluation

extension DatasetSummary {
  /// Summarizes a dataset.
  ///
  /// - Parameter dataset: The dataset, with the prompts that were asked.
  package init(of dataset: Dataset) {
    self.init(
      name: dataset.name, source: dataset.source, sha256: dataset.sha256,
      samples: dataset.samples.count, rows: dataset.rows, nulls: dataset.nulls,
      roles: Dictionary(dataset.samples.map { ($0.role.rawValue, 1) }, uniquingKeysWith: +))
  }
}
