import RESTA

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
  ///
  /// - Parameters:
  ///   - path: The setting, such as `limits.queue`.
  ///   - value: Its value.
  ///   - name: The flag as the user wrote it, such as `--queue`.
  public init(path: String, value: Value, name: String) {
    self.path = path
    self.value = value
    self.name = name
  }
}

extension ServerSettings {
  /// Reads settings from a file, the environment and flags, and checks them.
  ///
  /// A flag wins over the environment, that over the file, and the file over the defaults; what a
  /// layer does not name stays as it is. Sections of the file may be missing or empty. A value of the
  /// environment or of a flag is `null`, or what would stand in the file without quotes; a list is
  /// separated by commas or in brackets.
  ///
  /// - Parameters:
  ///   - file: The name, for errors, and the text of a YAML file. Default: none.
  ///   - environment: Variables; those are read that begin with `RESTA_SERVE_`, such as
  ///     `RESTA_SERVE_LIMITS_QUEUE` for `limits.queue`. Default: none.
  ///   - flags: In the order to apply them. Default: none.
  ///   - preset: What the defaults are changed by first. Default: nothing.
  /// - Returns: The settings, which ``validate()`` accepts.
  /// - Throws: ``ServerError`` with `invalidSetting`: the place (a file's line, a variable or a flag),
  ///   the setting, what is expected and what was found; or the name that nobody knows, and the one
  ///   that may have been meant.
  public static func load(
    file: (name: String, text: String)? = nil, environment: [String: String] = [:],
    flags: [SettingFlag] = [], preset: SettingPreset? = nil
  ) throws(ServerError) -> ServerSettings {
    var settings = ServerSettings()
    if preset == .playground { settings.allowTrying() }
    var leaves: [SettingLeaf] = []
    if let file { leaves += try SettingFile(name: file.name).leaves(of: file.text) }
    leaves += try variables(environment)
    for flag in flags { leaves.append(try leaf(flag)) }
    for leaf in leaves { try leaf.apply(to: &settings) }
    try settings.validate()
    return settings
  }

  private static func variables(
    _ environment: [String: String]
  ) throws(ServerError) -> [SettingLeaf] {
    var leaves: [SettingLeaf] = []
    // In order, so that of two errors it is always the same that is told.
    for (name, text) in environment.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(Setting.variablePrefix) {
      guard let setting = Setting.all.first(where: { $0.variable == name }) else {
        throw ServerError(
          .invalidSetting,
          Setting.unknown("variable", name, prefix: Setting.variablePrefix) { $0.variable })
      }
      let node = try setting.node(of: .text(text), place: name)
      leaves.append(SettingLeaf(setting: setting, node: node, place: name))
    }
    return leaves
  }

  private static func leaf(_ flag: SettingFlag) throws(ServerError) -> SettingLeaf {
    guard let setting = Setting.named(flag.path) else {
      throw ServerError(
        .invalidSetting, "\(flag.name): " + Setting.unknown("setting", flag.path) { $0.path })
    }
    let node = try setting.node(of: flag.value, place: flag.name)
    return SettingLeaf(setting: setting, node: node, place: flag.name)
  }
}
