extension ServerSettings {
  /// All settings as a configuration file, each with a line of documentation.
  ///
  /// What `resta serve --print-config` prints; ``load(file:environment:flags:preset:)`` reads equal
  /// settings from it.
  ///
  /// - Returns: YAML.
  public func yaml() -> String {
    let defaults = ServerSettings()
    var lines = [
      "# The settings of resta serve. Flags win over variables, those over this file, and this file",
      "# over the defaults. A setting's variable is its path in capitals: limits.queue is",
      "# \(Setting.variablePrefix)LIMITS_QUEUE.",
    ]
    var open: [Substring] = []
    for setting in Setting.all {
      let keys = setting.path.split(separator: ".")
      let sections = Array(keys.dropLast())
      for (depth, section) in sections.enumerated()
      where sections[...depth] != open.prefix(depth + 1) {
        lines.append("\(Self.indent(depth))\(section):")
      }
      open = sections
      let indent = Self.indent(sections.count)
      lines.append("\(indent)# \(setting.about)")
      lines.append(
        "\(indent)# Must be \(setting.expected). Default: \(setting.write(defaults).line)")
      lines.append("\(indent)\(keys.last ?? ""): \(setting.write(self).line)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
