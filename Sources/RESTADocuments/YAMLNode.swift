package import RESTA
import Yams

/// A place in a YAML file: its value, and where it stands, for errors that name both.
package struct YAMLNode {
  private let node: Node
  /// The file's name as the user gave it.
  package let file: String
  /// The keys that lead here, such as `defenses[1].sigma`; empty at the top.
  package let path: String

  /// Parses a file's text, a byte order mark left out, aliases and merge keys expanded; `nil` for one
  /// without any content.
  package static func document(_ text: String, file: String) throws(DocumentError) -> YAMLNode? {
    if let problem = TextEncoding.problem(of: text.utf8) {
      throw DocumentError("\(file): \(problem)")
    }
    // By scalars: a mark and a line end behind it may be one Character.
    let text = String(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw DocumentError(message(of: error, in: file, text), cause: error)
    }
    guard let root else { return nil }
    return YAMLNode(node: try YAMLMerge.expanded(root, file: file), file: file, path: "")
  }

  /// A text without its comments; as it is where it cannot be read.
  package static func withoutComments(_ text: String) -> [UInt8] {
    let clean = try? Yams.compose(yaml: text).map { try Yams.serialize(node: $0) }
    return Array((clean ?? text).utf8)
  }

  private static func message(of error: any Error, in file: String, _ text: String) -> String {
    guard let error = error as? YamlError else { return "\(file): not YAML: \(error)" }
    switch error {
    case .composer(_, let problem, let mark, _) where problem.contains("another document"):
      return "\(file):\(mark.line): a second document begins here; a file holds one"
    case .composer(_, let problem, let mark, _) where problem.contains("undefined alias"):
      return "\(file):\(mark.line): there is no anchor for this alias in front of it; an alias "
        + "cannot be part of what it stands for"
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let hasTab =
        lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains(UInt8(ascii: "\t"))
      return "\(file):\(mark.line): not YAML: \(problem) (column \(mark.column))"
        + (hasTab ? "; there is a tab in this line, and YAML is indented with spaces" : "")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      return "\(file):\(context.mark.line): in there twice: \(names)."
    default: return "\(file): not YAML: \(error)"
    }
  }

  /// `FILE:LINE`, for errors.
  package var place: String { node.mark.map { "\(file):\($0.line)" } ?? file }

  package func error(_ message: String) -> DocumentError {
    DocumentError(path.isEmpty ? "\(place): \(message)" : "\(place): \(path): \(message)")
  }

  // MARK: - What is there

  package var isMapping: Bool { node.mapping != nil }
  package var isList: Bool { node.sequence != nil }
  package var isNull: Bool { node.null != nil }

  /// A value as it is written; `nil` for a list, and for keys and values.
  package var literal: String? { node.scalar?.string }

  /// The value as a setting reads it; `nil` for keys and values.
  package var setting: SettingValue? { Self.setting(node) }

  private static func setting(_ node: Node) -> SettingValue? {
    if let sequence = node.sequence {
      let values = sequence.compactMap(setting)
      return values.count == sequence.count ? .list(values) : nil
    }
    guard let scalar = node.scalar else { return nil }
    return scalar.style == .plain ? .plain(scalar.string) : .text(scalar.string)
  }

  package var found: String {
    if isMapping { return "keys and values" }
    if isNull { return "nothing" }
    return setting?.found ?? "a list"
  }

  // MARK: - Keys and values

  /// The members of a mapping, in the file's order; an unknown key throws, with the one that may have been meant.
  package func members(
    _ known: [String]
  ) throws(DocumentError) -> [(name: String, node: YAMLNode)] {
    guard let mapping = node.mapping else {
      throw error("expected keys and values (\(known.joined(separator: ", "))), not \(found)")
    }
    var members: [(name: String, node: YAMLNode)] = []
    for (key, value) in mapping {
      let at = YAMLNode(node: key, file: file, path: path)
      guard let name = key.scalar?.string else { throw at.error("a key is not text") }
      guard known.contains(name) else {
        throw at.error(Suggestion.unknown("key", name, known: known))
      }
      let inner = path.isEmpty ? name : "\(path).\(name)"
      members.append((name, YAMLNode(node: value, file: file, path: inner)))
    }
    return members
  }

  package func fields(_ known: [String]) throws(DocumentError) -> [String: YAMLNode] {
    var fields: [String: YAMLNode] = [:]
    for (name, node) in try members(known) {
      guard fields.updateValue(node, forKey: name) == nil else {
        throw node.error("the key is there twice")
      }
    }
    return fields
  }

  /// The elements of a list; a value that is no list is a list of one.
  package func elements() -> [YAMLNode] {
    guard let sequence = node.sequence else { return [self] }
    return sequence.enumerated().map { index, element in
      YAMLNode(node: element, file: file, path: "\(path)[\(index)]")
    }
  }

  // MARK: - Values

  package func value<Value>(_ kind: SettingKind<Value>) throws(DocumentError) -> Value {
    guard let setting, let value = kind.parse(setting) else { throw expected(kind.expected) }
    return value
  }

  private func expected(_ what: String) -> DocumentError {
    error("expected \(what), not \(found)")
  }

  /// A text that is not empty.
  package func text() throws(DocumentError) -> String {
    guard let text = setting?.text, !text.isEmpty else { throw expected("text") }
    return text
  }

  package func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ type: Value.Type, called name: String
  ) throws(DocumentError) -> Value {
    let text = try text()
    guard let value = Value(rawValue: text) else {
      throw error(Suggestion.unknown(name, text, known: Value.allCases.map(\.rawValue)))
    }
    return value
  }

  /// Reads the rows of a table that are among some fields; errors name the place, what is expected and what is there.
  package static func chosen<Root>(
    _ fields: [String: YAMLNode], table: [Setting<Root>], base: Root
  ) throws(DocumentError) -> Chosen<Root> {
    var chosen = Chosen(base)
    for row in table {
      guard let node = fields[row.name] else { continue }
      guard let setting = node.setting, row.read(setting, into: &chosen.value) else {
        if !row.choices.isEmpty, let text = node.literal {
          throw node.error(Suggestion.unknown(row.name, text, known: row.choices))
        }
        throw node.expected(row.expected)
      }
      chosen.names.insert(row.name)
    }
    return chosen
  }
}
