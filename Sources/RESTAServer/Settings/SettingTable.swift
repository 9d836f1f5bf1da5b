import RESTA
import RESTADocuments

extension ServerSettings {
  /// All settings, in the order to print: layers, `--print-config`, checks and coding go through it, so
  /// that a setting is written down once beside its property and nowhere else.
  static let table =
    listenTable + modelTable + defenseTable + clientTable + answerTable + limitsTable + logTable

  /// What the names of the variables begin with.
  static let variablePrefix = "RESTA_SERVE_"

  /// The setting of a name.
  static func setting(_ name: String) -> Setting<ServerSettings>? {
    table.first { $0.name == name }
  }

  /// The keys that may follow those of a section, in order; all sections for an empty name.
  static func keys(in section: String) -> [String] {
    let prefix = section.isEmpty ? "" : section + "."
    var keys: [String] = []
    for setting in table where setting.name.hasPrefix(prefix) {
      let key = String(setting.name.dropFirst(prefix.count).prefix { $0 != "." })
      if keys.last != key { keys.append(key) }
    }
    return keys
  }

  /// That nothing has this name, with the names of the section that it seems to be of.
  ///
  /// - Parameters:
  ///   - kind: What is named, such as `setting`.
  ///   - prefix: What all such names begin with, which makes none of them likelier.
  ///   - spelling: How a setting is named there.
  static func unknown(
    _ kind: String, _ name: String, prefix: String = "",
    spelling: (Setting<ServerSettings>) -> String
  ) -> String {
    let stem = { (name: String) in String(name.dropFirst(prefix.count)) }
    let section = { (setting: Setting<ServerSettings>) in setting.name.prefix { $0 != "." } }
    guard let near = Suggestion.nearest(to: stem(name), among: table.map { stem(spelling($0)) }),
      let wanted = table.first(where: { stem(spelling($0)) == near }).map(section)
    else {
      return "unknown \(kind) '\(name)'; 'resta serve --print-config' lists all settings."
    }
    return Suggestion.unknown(
      kind, name, known: table.filter { section($0) == wanted }.map(spelling))
  }
}

extension Setting<ServerSettings> {
  /// The environment variable that sets it.
  var variable: String {
    ServerSettings.variablePrefix + String(name.uppercased().map { $0 == "." ? "_" : $0 })
  }

  /// Sets it, or says at which place what was expected.
  func apply(
    _ value: SettingValue, at place: String, to settings: inout ServerSettings
  ) throws(ServerError) {
    guard read(value, into: &settings) else {
      throw ServerError(
        .invalidSetting, "\(place): \(name) must be \(expected), not \(value.found).")
    }
  }

  /// What a variable's or a flag's text means.
  ///
  /// Of texts only a list in brackets is parsed: whatever else is in one is the text, so that a prompt
  /// may hold a colon, and a path a `#`.
  func value(of text: String, place: String) throws(ServerError) -> SettingValue {
    guard isList, text != "null" else { return .plain(text) }
    guard text.hasPrefix("[") else {
      return .list(text.split(separator: #/ *, */#).map { .plain(String($0)) })
    }
    guard let node = try? YAMLNode.document(text, file: place), node.isList,
      let value = node.setting
    else {
      throw ServerError(
        .invalidSetting, "\(place): \(name) must be \(expected), and '\(text)' is no list.")
    }
    return value
  }
}
