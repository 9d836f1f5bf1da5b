extension ServerSettings: Codable {
  /// Decodes settings by the keys of a configuration file; what is missing has its default.
  ///
  /// - Parameter decoder: Where to read from.
  /// - Throws: ``ServerError`` with `invalidSetting` for a key that nobody knows and a value of a wrong
  ///   type or out of range; what the decoder throws.
  public init(from decoder: any Decoder) throws {
    self.init()
    let tree = try SettingTree(from: decoder)
    for leaf in try SettingFile(name: "settings").leaves(of: tree.node, in: "") {
      try leaf.apply(to: &self)
    }
  }

  /// Encodes all settings by the keys of a configuration file.
  ///
  /// - Parameter encoder: Where to write to.
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var tree = SettingTree.section([:])
    for setting in Setting.all {
      tree.set(SettingTree(setting.write(self)), at: setting.path.split(separator: "."))
    }
    try tree.encode(to: encoder)
  }
}
