/// Comma-separated values whose first row names the columns.
struct CSVTable {
  /// The file's name, for errors.
  let file: String
  /// The names of the columns, as they stand.
  let columns: [String]
  /// The rows below the header.
  let rows: [Row]

  /// One row.
  struct Row {
    /// `FILE:ROW`, for errors; the row is counted in lines of the file, the header's being 1, so
    /// that an editor finds it.
    let place: String
    fileprivate let fields: [String]
    fileprivate let numbers: [String: Int]

    /// The field of a column.
    ///
    /// - Parameter column: The column's name; case does not matter.
    /// - Returns: The field, as it stands.
    /// - Throws: ``EvaluationError`` when there is no such column.
    func text(_ column: String) throws(EvaluationError) -> String {
      guard let text = optionalText(column) else {
        throw EvaluationError(.invalidData, "\(place): field '\(column)' is missing")
      }
      return text
    }

    /// The field of a column that need not be there.
    func optionalText(_ column: String) -> String? {
      numbers[column.lowercased()].map { fields[$0] }
    }

    /// An error about this row.
    func error(_ message: String) -> EvaluationError {
      EvaluationError(.invalidData, "\(place): \(message)")
    }
  }

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - required: Columns that must be there; case does not matter.
  /// - Throws: ``EvaluationError`` naming row and column: no header, a column twice or missing, a row
  ///   of another length, or quotes out of place.
  /// - Complexity: O(bytes).
  init(_ file: SourceFile, required: [String]) throws(EvaluationError) {
    let records = try CSVReader.records(of: file)
    guard let header = records.first else {
      throw EvaluationError(.invalidData, "\(file.name): the file is empty; a header is expected")
    }
    var numbers: [String: Int] = [:]
    for (number, column) in header.fields.enumerated() {
      if let earlier = numbers.updateValue(number, forKey: column.lowercased()) {
        throw EvaluationError(
          .invalidData,
          "\(file.name):\(header.line): columns \(earlier + 1) and \(number + 1) have the same name"
        )
      }
    }
    for column in required where numbers[column.lowercased()] == nil {
      // What the header does have is not repeated: in a wrong file it may be a prompt.
      throw EvaluationError(
        .invalidData, "\(file.name):\(header.line): the header has no column '\(column)'")
    }
    var rows: [Row] = []
    for record in records.dropFirst() {
      let place = "\(file.name):\(record.line)"
      guard record.fields.count == header.fields.count else {
        throw EvaluationError(
          .invalidData,
          "\(place): \(record.fields.count) fields; the header has \(header.fields.count)")
      }
      rows.append(Row(place: place, fields: record.fields, numbers: numbers))
    }
    self.file = file.name
    columns = header.fields
    self.rows = rows
  }
}
