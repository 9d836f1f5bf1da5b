import Logging

/// Metadata as a list: nested values under dotted keys, every key once.
enum LogMetadata {
  /// Flattens metadata.
  ///
  /// - Parameters:
  ///   - metadata: Values, lists and dictionaries.
  ///   - reserved: Keys that are taken. A key that is taken gets underscores at its end: what a client
  ///     sent must not stand in for a field of the log.
  /// - Returns: Keys with values, by key and then by value.
  /// - Complexity: O(n log n).
  static func flattened(
    _ metadata: Logger.Metadata, reserved: Set<String>
  ) -> [(key: String, value: String)] {
    var list: [(key: String, value: String)] = []
    append(.dictionary(metadata), prefix: "", to: &list)
    var taken = reserved
    return list.sorted { ($0.key, $0.value) < ($1.key, $1.value) }.map { key, value in
      var name = key
      while !taken.insert(name).inserted { name += "_" }
      return (name, value)
    }
  }

  private static func append(
    _ value: Logger.MetadataValue, prefix: String, to list: inout [(key: String, value: String)]
  ) {
    func key(_ part: String) -> String { prefix.isEmpty ? part : "\(prefix).\(part)" }
    switch value {
    case .string(let text):
      list.append((prefix, text))
    case .stringConvertible(let object):
      list.append((prefix, object.description))
    case .dictionary(let members):
      for (name, member) in members { append(member, prefix: key(name), to: &list) }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        append(element, prefix: key("\(index)"), to: &list)
      }
    }
  }
}
