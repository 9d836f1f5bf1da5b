import Yams

/// A value that a layer gives to a setting, and where it stands.
struct SettingLeaf {
  let setting: Setting
  let node: Node
  /// A file's line, a variable or a flag, for errors.
  let place: String

  /// Sets it.
  func apply(to settings: inout ServerSettings) throws(ServerError) {
    guard setting.read(node, &settings) else {
      throw ServerError(
        .invalidSetting,
        "\(place): \(setting.path) must be \(setting.expected), not \(node.found).")
    }
  }
}

extension Setting {
  /// The node that a variable's or a flag's value means.
  ///
  /// Of texts only a list in brackets is parsed: whatever else is in one is the text, so that a prompt
  /// may hold a colon, and a path a `#`.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - place: Where it is from, for errors.
  /// - Returns: The node.
  /// - Throws: ``ServerError`` with `invalidSetting` when the brackets hold no list.
  func node(of value: SettingFlag.Value, place: String) throws(ServerError) -> Node {
    switch value {
    case .list(let items):
      return Node(items.map { Node($0, .implicit, .doubleQuoted) })
    case .text(let text) where isList && text.hasPrefix("["):
      guard let node = try? Yams.compose(yaml: text), node.sequence != nil else {
        throw ServerError(
          .invalidSetting, "\(place): \(path) must be \(expected), and '\(text)' is no list.")
      }
      return node
    case .text(let text) where isList && text != "null":
      return Node(text.split(separator: #/ *, */#).map { .plain(String($0)) })
    case .text(let text):
      return .plain(text)
    }
  }
}
