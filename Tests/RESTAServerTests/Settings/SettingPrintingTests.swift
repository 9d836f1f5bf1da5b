import Foundation
import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAServer

@Suite("Printed settings") struct SettingPrintingTests {
  @Test("the defaults print as themselves, with every key documented") func defaults() throws {
    let text = ServerSettings().yaml()
    #expect(try ServerSettings.load(file: ("printed.yaml", text)) == ServerSettings())
    for setting in ServerSettings.table {
      #expect(text.contains("# \(setting.about)\n"), "\(setting.name)")
    }
    #expect(
      text.contains(
        """
        limits:
          # The most tokens that an answer may be asked to have.
          # Must be a whole number of 1 or more. Default: 2048
          answer_tokens: 2048
        """))
    #expect(text.contains("\n  sigma:\n    # "))
    #expect(text.contains("\n  host: 127.0.0.1\n"))
    #expect(text.contains("\n  roles: [system, user, assistant, tool]\n"))
    #expect(text.hasSuffix("\npage: true\n"))
  }

  @Test("random settings are read again from YAML and from JSON") func roundTrip() throws {
    var changed: Set<String> = []
    let defaults = ServerSettings()
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let settings = RandomSettings.valid(&generator)
      let text = settings.yaml()
      let loaded = try ServerSettings.load(file: ("r.yaml", text))
      #expect(loaded == settings, "seed \(seed)")
      // String == compares canonically equivalent texts as equal.
      #expect(loaded.yaml().utf8.elementsEqual(text.utf8), "seed \(seed)")
      let json = try JSONDecoder().decode(
        JSONValue.self, from: try JSONEncoder().encode(settings))
      var decoded = ServerSettings()
      for setting in ServerSettings.table {
        let keys = setting.name.split(separator: ".")
        let value = keys.reduce(json) { $0.object?[String($1)] ?? .null }
        try setting.apply(try #require(value.setting), at: setting.name, to: &decoded)
      }
      #expect(decoded == settings, "seed \(seed)")
      for setting in ServerSettings.table where setting.write(settings) != setting.write(defaults) {
        changed.insert(setting.name)
      }
    }
    #expect(Set(ServerSettings.table.map(\.name)).subtracting(changed).isEmpty)
  }

  @Test("coding has the file's keys, and l as a number or all") func coding() throws {
    var settings = ServerSettings()
    settings.client.prefix.max = .all
    settings.defense.prefix = .tokens(20)
    let json = try #require(
      String(data: try JSONEncoder().encode(settings), encoding: .utf8))
    #expect(json.contains(#""tls_certificate":null"#))
    #expect(json.contains(#""prefix":20"#))
    #expect(json.contains(#""max":"all""#))
  }
}
