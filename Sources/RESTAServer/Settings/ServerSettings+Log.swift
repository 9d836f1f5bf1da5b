import RESTA

extension ServerSettings {
  /// Who may ask.
  public struct Keys: Sendable, Hashable {
    /// A file with a key a line, besides those of `$RESTA_API_KEYS`.
    ///
    /// Default: `nil`, none.
    public var file: String?

    /// Makes the default settings.
    public init() {}
  }

  /// What is logged.
  public struct Log: Sendable, Hashable {
    /// The least important thing that is logged.
    public enum Level: String, Sendable, Hashable, Codable, CaseIterable {
      /// Everything, steps of a request among it.
      case trace
      /// What helps to find a fault.
      case debug
      /// Requests, and what the server does.
      case info
      /// What is unusual.
      case notice
      /// What may go wrong.
      case warning
      /// What went wrong.
      case error
      /// What ends the server.
      case critical
    }

    /// What a line of the log looks like.
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
      /// For people.
      case text
      /// For programs: an object a line.
      case json
    }

    /// From which level on things are logged.
    ///
    /// Default: `info`.
    public var level = Level.info
    /// The lines' format.
    ///
    /// Default: text.
    public var format = Format.text
    /// Whether prompts and answers are logged.
    ///
    /// Default: `false`.
    public var prompts = false

    /// Makes the default settings.
    public init() {}
  }
}

extension ServerSettings {
  static let logTable: [Setting<ServerSettings>] = [
    Setting(
      "keys.file", \.keys.file, .optional(.text),
      "A file with an API key a line, besides those of $RESTA_API_KEYS."),
    Setting("log.level", \.log.level, .choice(), "From which level on things are logged."),
    Setting("log.format", \.log.format, .choice(), "The lines' format."),
    Setting("log.prompts", \.log.prompts, .flag, "Whether prompts and answers are logged."),
    Setting("page", \.page, .flag, "Whether the playground is served at /."),
  ]
}
