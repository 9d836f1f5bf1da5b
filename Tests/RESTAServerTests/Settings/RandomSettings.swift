import Logging
import RESTA
import RESTATesting

@testable import RESTAServer

/// Valid settings, at random, by trying values of every kind on every row of the table.
enum RandomSettings {
  /// Settings that ``ServerSettings/validate()`` accepts.
  static func valid(_ generator: inout SeededGenerator) -> ServerSettings {
    var settings = ServerSettings()
    for setting in ServerSettings.table {
      // The first that is of the setting's kind.
      for _ in 0..<12 where setting.read(value(&generator), into: &settings) { break }
    }
    // Neither of the two is valid alone.
    settings.listen.tlsKey = settings.listen.tlsCertificate
    // Those that must fit others are kept if they do, in any order.
    let drawn = settings
    let few = generator.shuffled(ServerSettings.table.filter(mustFit))
    for setting in few { _ = setting.read(setting.write(ServerSettings()), into: &settings) }
    for setting in few {
      var changed = settings
      if setting.read(setting.write(drawn), into: &changed), (try? changed.validate()) != nil {
        settings = changed
      }
    }
    return settings
  }

  private static func mustFit(_ setting: Setting<ServerSettings>) -> Bool {
    ["client.s", "client.p", "defense.", "answer.", "limits.answer"].contains {
      setting.name.hasPrefix($0)
    }
  }

  private static let words =
    [
      "null", "true", "false", "all", "none", "0", "1", "-1", "16", "127", "0.5", "1.75", "1e-7",
    ] + NoiseKind.allCases.map(\.rawValue) + Exposure.allCases.map(\.rawValue)
    + Aggregator.allCases.map(\.rawValue) + TieRule.allCases.map(\.rawValue)
    + DecoderKind.allCases.map(\.rawValue) + CheckpointForm.allCases.map(\.rawValue)
    + Sigma.Unit.allCases.map(\.rawValue)
    + Logger.Level.allCases.map(\.rawValue)
    + ServerSettings.Log.Format.allCases.map(\.rawValue)
    + AssistantTurns.allCases.map(\.rawValue) + ModelEngine.allCases.map(\.rawValue)

  private static let texts = [
    "", " ", "null", "~", "true", "12", "0x1F", "0o17", "0b11", "1:30", ".inf", "a b", " a", "a ",
    "a: b", "# no",
    "- x", "[x]", "{x}", "a, b", "'", "\"", "\\", "\\n", "two\nlines", "tab\t", "\r", "\u{1}",
    "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}x", "ü", "e\u{301}", "日本", "😀", "&a", "*a", "!t", "%",
    "@", "`", "|", ">", "?", "---", "...", "https://app.example:8443", "/etc/keys", "a.gguf:0.5",
    "0.0.0.0", "1_000", "2001-01-01", "no", "a=", "</think>", "\u{10FFFF}",
    String(repeating: "long ", count: 400),
  ]

  private static func value(_ generator: inout SeededGenerator) -> SettingValue {
    switch generator.integer(in: 0...9) {
    case 0...4: .plain(generator.element(of: words))
    case 5: .plain("\(generator.integer(in: -2...1_000_000))")
    case 6: .plain("\(Double(generator.integer(in: 0...4_000)) / 1_024)")
    case 7, 8: text(&generator)
    default: list(&generator)
    }
  }

  private static func text(_ generator: inout SeededGenerator) -> SettingValue {
    let parts = (0..<generator.integer(in: 1...3)).map { _ in generator.element(of: texts) }
    return .text(parts.joined())
  }

  private static func list(_ generator: inout SeededGenerator) -> SettingValue {
    let areTexts = generator.chance(0.5)
    let few =
      ["user", "tool", "system", "assistant", "hard", "soft", "isotropic", "orthogonal"]
      + ["a=1", "b=1e3", "c=no"]
    return .list(
      (0..<generator.integer(in: 0...3)).map { _ in
        areTexts ? text(&generator) : .plain(generator.element(of: few))
      })
  }
}
