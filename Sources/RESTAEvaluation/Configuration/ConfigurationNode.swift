import RESTA
import Yams

/// A place in a YAML configuration: its value, and where it stands, for errors that name both.
struct ConfigurationNode {
  let node: Node
  /// The file's name as the user gave it.
  let file: String
  /// The keys that lead here, such as `defenses[1].sigma`; empty at the top.
  let path: String

  /// Parses a file's text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: Its name, for errors.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration` when it is no YAML, or empty.
  init(parsing text: String, file: String) throws(EvaluationError) {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw EvaluationError(
          .invalidConfiguration,
          "\(file): the file is empty; 'resta eval config' prints one to edit.")
      }
      self.init(node: node, file: file, path: "")
    } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError(.invalidConfiguration, Self.message(of: error, in: file), cause: error)
    }
  }

  private init(node: Node, file: String, path: String) {
    self.node = node
    self.file = file
    self.path = path
  }

  /// An error about this place.
  func error(_ message: String) -> EvaluationError {
    let line = node.mark.map { ":\($0.line)" } ?? ""
    let place = path.isEmpty ? "" : " \(path):"
    return EvaluationError(.invalidConfiguration, "\(file)\(line):\(place) \(message)")
  }

  /// The members of a mapping.
  ///
  /// - Parameter known: The keys that may occur here.
  /// - Returns: The members by their keys.
  /// - Throws: An error that names an unknown key and the one that may have been meant.
  func fields(_ known: [String]) throws(EvaluationError) -> [String: ConfigurationNode] {
    guard let mapping = node.mapping else {
      throw error("expected keys and values (\(known.joined(separator: ", "))), not \(kind)")
    }
    var fields: [String: ConfigurationNode] = [:]
    for (key, value) in mapping {
      guard let name = key.string else { throw error("a key is not text") }
      let place = ConfigurationNode(
        node: value, file: file, path: path.isEmpty ? name : "\(path).\(name)")
      guard known.contains(name) else {
        let at = ConfigurationNode(node: key, file: file, path: path)
        throw at.error(Suggestion.unknown("key", name, known: known))
      }
      guard fields.updateValue(place, forKey: name) == nil else {
        throw place.error("the key is there twice")
      }
    }
    return fields
  }

  /// The elements of a list; a value that is no list is a list of one.
  func elements() -> [ConfigurationNode] {
    guard let sequence = node.sequence else { return [self] }
    return sequence.enumerated().map { index, element in
      ConfigurationNode(node: element, file: file, path: "\(path)[\(index)]")
    }
  }

  /// Whether it is keys and values.
  var isMapping: Bool { node.mapping != nil }

  /// Whether it is a list.
  var isList: Bool { node.sequence != nil }

  /// A value as it is written; `nil` for a list, and for keys and values.
  var literal: String? { node.scalar?.string }

  /// Whether it is `null`, or nothing at all.
  var isNull: Bool { node.null != nil }

  /// A text.
  func text() throws(EvaluationError) -> String {
    guard node.scalar != nil, !isNull, let text = node.string, !text.isEmpty else {
      throw error("expected text, not \(kind)")
    }
    return text
  }

  /// A whole number in a range.
  func integer(_ range: ClosedRange<Int>) throws(EvaluationError) -> Int {
    guard node.scalar != nil, let value = node.int, range.contains(value) else {
      let top = range.upperBound == .max ? " or more" : " to \(range.upperBound)"
      throw error("expected a whole number, \(range.lowerBound)\(top), not \(kind)")
    }
    return value
  }

  /// A seed: a whole number that 64 bits hold, 0 included.
  func seed() throws(EvaluationError) -> UInt64 {
    guard node.scalar != nil, let text = node.string, let value = UInt64(text) else {
      throw error("expected a seed, a whole number of 0 or more, not \(kind)")
    }
    return value
  }

  /// A finite number in a range.
  func number(_ range: ClosedRange<Double>) throws(EvaluationError) -> Double {
    guard node.scalar != nil, let value = node.float, value.isFinite, range.contains(value) else {
      let top =
        range.upperBound == .greatestFiniteMagnitude ? " or more" : " to \(range.upperBound)"
      throw error("expected a number, \(range.lowerBound)\(top), not \(kind)")
    }
    return value
  }

  /// Yes or no.
  func flag() throws(EvaluationError) -> Bool {
    guard node.scalar != nil, let value = node.bool else {
      throw error("expected true or false, not \(kind)")
    }
    return value
  }

  /// One of a closed set.
  func choice<Value: RawRepresentable & CaseIterable>(
    _ type: Value.Type, called name: String
  ) throws(EvaluationError) -> Value where Value.RawValue == String {
    let text = try text()
    guard let value = Value(rawValue: text) else {
      throw error(Suggestion.unknown(name, text, known: Value.allCases.map(\.rawValue)))
    }
    return value
  }

  /// What is here, in words.
  private var kind: String {
    if isNull { return "nothing" }
    if node.mapping != nil { return "keys and values" }
    if node.sequence != nil { return "a list" }
    return "'\(node.string ?? "")'"
  }

  private static func message(of error: any Error, in file: String) -> String {
    guard let error = error as? YamlError else { return "\(file): not YAML: \(error)" }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(file):\(mark.line): not YAML: \(problem) (column \(mark.column))"
    default: return "\(file): not YAML: \(error)"
    }
  }
}
