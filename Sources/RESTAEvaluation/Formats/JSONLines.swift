/// JSON Lines: an object on each line, ended by a line feed; lines of white space are skipped.
enum JSONLines {
  /// Reads all objects.
  ///
  /// - Parameter file: The file.
  /// - Returns: The objects; the place of each is `FILE:ROW`, in lines of the file from 1.
  /// - Throws: ``EvaluationError`` naming row and column of what is no JSON, or the row that holds no
  ///   object.
  /// - Complexity: O(bytes).
  static func objects(of file: SourceFile) throws(EvaluationError) -> [JSONFields] {
    var objects: [JSONFields] = []
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy(isSpace) {
      let row = index + 1
      let value = try JSONFields.value(of: line, name: file.name, firstLine: row)
      objects.append(try JSONFields(value, place: "\(file.name):\(row)"))
    }
    return objects
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }
}
