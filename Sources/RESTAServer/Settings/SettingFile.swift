import RESTA
import Yams

/// A configuration file: YAML, a section for each part of the settings, all of them optional.
struct SettingFile {
  /// Its name as the user gave it, for errors.
  let name: String

  /// Reads the file's values.
  ///
  /// - Parameter text: YAML; without any content it sets nothing.
  /// - Returns: The values, in the file's order.
  /// - Throws: ``ServerError`` with `invalidSetting` when it is no YAML, or has a key that nobody knows.
  func leaves(of text: String) throws(ServerError) -> [SettingLeaf] {
    let top: Node?
    do {
      top = try Yams.compose(yaml: text)
    } catch {
      throw ServerError(.invalidSetting, message(of: error), cause: error)
    }
    return try top.map { node throws(ServerError) in try leaves(of: node, in: "") } ?? []
  }

  /// The values of a section and those below it.
  func leaves(of node: Node, in section: String) throws(ServerError) -> [SettingLeaf] {
    let known = Setting.keys(in: section)
    let title = section.isEmpty ? "" : " \(section):"
    // A section that holds comments alone.
    if node.null != nil { return [] }
    guard let mapping = node.mapping else {
      throw ServerError(
        .invalidSetting,
        "\(place(of: node)):\(title) expected keys and values (\(known.joined(separator: ", "))),"
          + " not \(node.found).")
    }
    var leaves: [SettingLeaf] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string, known.contains(name) else {
        let message = Suggestion.unknown("key", key.scalar?.string ?? key.line, known: known)
        throw ServerError(.invalidSetting, "\(place(of: key)):\(title) \(message)")
      }
      let path = section.isEmpty ? name : "\(section).\(name)"
      if let setting = Setting.named(path) {
        leaves.append(SettingLeaf(setting: setting, node: value, place: place(of: value)))
      } else {
        leaves += try self.leaves(of: value, in: path)
      }
    }
    return leaves
  }

  private func place(of node: Node) -> String {
    node.mark.map { "\(name):\($0.line)" } ?? name
  }

  private func message(of error: any Error) -> String {
    guard let error = error as? YamlError else { return "\(name): not YAML: \(error)" }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(name):\(mark.line): not YAML: \(problem) (column \(mark.column))"
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      return "\(name):\(context.mark.line): in there twice: \(names)."
    default: return "\(name): not YAML: \(error)"
    }
  }
}
