import RESTA
import RESTADocuments

/// A setting on the command line.
public struct SettingFlag: Sendable, Hashable {
  /// What stands behind a flag.
  public enum Value: Sendable, Hashable {
    /// A text: a list is in brackets or separated by commas, and `null` is none.
    case text(String)
    /// A list's elements, as they are.
    case list([String])
  }

  /// The setting, such as `limits.queue`.
  public var path: String
  /// Its value.
  public var value: Value
  /// The flag as the user wrote it, for errors, such as `--queue`.
  public var name: String

  /// Makes a flag.
  public init(path: String, value: Value, name: String) {
    self.path = path
    self.value = value
    self.name = name
  }
}

extension ServerSettings {
  /// Reads settings from a file, the environment and flags, and checks them.
  ///
  /// A flag wins over the environment, that over the file, and the file over the defaults; what a layer does not name
  /// stays as it is. Sections of the file may be missing or empty. A value of the environment or of a flag is `null`,
  /// or what would stand in the file without quotes; a list is separated by commas or in brackets.
  ///
  /// - Parameters:
  ///   - file: The name, for errors, and the text of a YAML file. Default: none.
  ///   - environment: Variables; those are read that begin with `RESTA_SERVE_`, such as
  ///     `RESTA_SERVE_LIMITS_QUEUE` for `limits.queue`. Default: none.
  ///   - flags: In the order to apply them. Default: none.
  ///   - base: What holds where no layer says otherwise. Default: the defaults.
  /// - Returns: The settings, which ``validate()`` accepts.
  /// - Throws: ``ServerError`` with `invalidSetting`: the place (a file's line, a variable or a flag),
  ///   the setting, what is expected and what was found; or the name that nobody knows, and the one
  ///   that may have been meant.
  public static func load(
    file: (name: String, text: String)? = nil, environment: [String: String] = [:],
    flags: [SettingFlag] = [], from base: ServerSettings = ServerSettings()
  ) throws(ServerError) -> ServerSettings {
    var settings = base
    if let file {
      do {
        if let node = try YAMLNode.document(file.text, file: file.name) {
          try settings.read(node, in: "")
        }
      } catch let error as ServerError {
        throw error
      } catch {
        throw ServerError(.invalidSetting, "\(error)", cause: error)
      }
    }
    // In order, so that of two errors it is always the same that is told.
    for (name, text) in environment.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(variablePrefix) {
      guard let setting = table.first(where: { $0.variable == name }) else {
        throw ServerError(
          .invalidSetting, unknown("variable", name, prefix: variablePrefix) { $0.variable })
      }
      try setting.apply(try setting.value(of: text, place: name), at: name, to: &settings)
    }
    for flag in flags {
      guard let setting = setting(flag.path) else {
        throw ServerError(
          .invalidSetting, "\(flag.name): " + unknown("setting", flag.path) { $0.name })
      }
      let value: SettingValue =
        switch flag.value {
        case .list(let items): .list(items.map { .text($0) })
        case .text(let text): try setting.value(of: text, place: flag.name)
        }
      try setting.apply(value, at: flag.name, to: &settings)
    }
    try settings.validate()
    return settings
  }

  /// Reads a section of a file and those below it; one that holds comments alone sets nothing.
  private mutating func read(_ node: YAMLNode, in section: String) throws {
    if node.isNull { return }
    for (name, value) in try node.members(Self.keys(in: section)) {
      let path = section.isEmpty ? name : "\(section).\(name)"
      guard let setting = Self.setting(path) else {
        try read(value, in: path)
        continue
      }
      guard let given = value.setting else {
        throw ServerError(
          .invalidSetting,
          "\(value.place): \(path) must be \(setting.expected), not \(value.found).")
      }
      try setting.apply(given, at: value.place, to: &self)
    }
  }
}

extension ServerSettings: Encodable {
  /// Encodes all settings by the keys of a configuration file.
  ///
  /// - Parameter encoder: Where to write to.
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var object = JSONObject()
    for setting in Self.table {
      object.set(
        JSONValue(setting.write(self)), at: setting.name.split(separator: ".").map(String.init))
    }
    try object.encode(to: encoder)
  }
}

extension ServerSettings {
  /// All settings as a configuration file, each with a line of documentation.
  ///
  /// What `resta serve --print-config` prints; ``load(file:environment:flags:from:)`` reads equal settings from it.
  ///
  /// - Returns: YAML.
  public func yaml() -> String {
    let defaults = ServerSettings()
    var lines = [
      "# The settings of resta serve. Flags win over variables, those over this file, and this file",
      "# over the defaults. A setting's variable is its path in capitals: limits.queue is",
      "# \(Self.variablePrefix)LIMITS_QUEUE.",
    ]
    var open: [Substring] = []
    for setting in Self.table {
      let keys = setting.name.split(separator: ".")
      let sections = Array(keys.dropLast())
      for (depth, section) in sections.enumerated()
      where sections[...depth] != open.prefix(depth + 1) {
        lines.append("\(Self.indent(depth))\(section):")
      }
      open = sections
      let indent = Self.indent(sections.count)
      lines.append("\(indent)# \(setting.about)")
      lines.append(
        "\(indent)# Must be \(setting.expected). Default: \(YAMLText.line(setting.write(defaults)))"
      )
      lines.append("\(indent)\(keys.last ?? ""): \(YAMLText.line(setting.write(self)))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

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
