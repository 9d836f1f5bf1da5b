/// Prompts that were read, and what was not.
package struct Dataset: Sendable, Hashable, Codable {
  /// Its name in tables; unique within an evaluation.
  package var name: String
  /// Where it is from: the file's name, or `built-in`.
  package var source: String
  /// The SHA-256 of the bytes it was read from, in lower-case hexadecimals.
  package var sha256: String
  /// The prompts, in the data's order.
  package var samples: [Sample]
  /// Entries of the data, prompts or not.
  package var rows: Int
  /// Entries without a prompt: an attack that found none.
  ///
  /// They are reported, never counted as safe.
  package var nulls: Int

  /// Makes a dataset.
  ///
  /// - Parameters:
  ///   - name: Its name in tables.
  ///   - source: Where it is from.
  ///   - sha256: The SHA-256 of the bytes it was read from.
  ///   - samples: The prompts.
  ///   - rows: Entries of the data.
  ///   - nulls: Entries without a prompt. Default: 0.
  package init(
    name: String, source: String, sha256: String, samples: [Sample], rows: Int, nulls: Int = 0
  ) {
    self.name = name
    self.source = source
    self.sha256 = sha256
    self.samples = samples
    self.rows = rows
    self.nulls = nulls
  }
}
