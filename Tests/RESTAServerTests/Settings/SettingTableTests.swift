import RESTA
import Testing

@testable import RESTAServer

@Suite("The table of settings") struct SettingTableTests {
  /// The paths of all stored properties, spelt as keys, with their values.
  private func properties(of value: Any, under path: String = "") -> [String: String] {
    if let defense = value as? Chosen<DefenseSettings> {
      let section = path.prefix { $0 != "." }
      return DefenseSettings.table.filter { $0.name != "seed" }.reduce(into: [:]) { all, row in
        let isChosen = defense.names.contains(row.name)
        all["\(section).\(row.name)"] = "\(row.write(defense.value)) \(isChosen)"
      }
    }
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .struct, !mirror.children.isEmpty else {
      // A set's order is not its value.
      let elements = mirror.displayStyle == .set ? mirror.children.map { "\($0.value)" } : []
      return [path: elements.isEmpty ? "\(value)" : "\(elements.sorted())"]
    }
    return mirror.children.reduce(into: [:]) { all, child in
      let key = (child.label ?? "?").reduce(into: "") { key, letter in
        key += letter.isUppercase ? "_\(letter.lowercased())" : "\(letter)"
      }
      all.merge(properties(of: child.value, under: path.isEmpty ? key : "\(path).\(key)")) { $1 }
    }
  }

  @Test("every property has one row, under its own name") func complete() {
    let paths = ServerSettings.table.map(\.name)
    #expect(Set(paths).count == paths.count)
    #expect(Set(paths) == Set(properties(of: ServerSettings()).keys))
  }

  @Test(
    "a row changes the property of its name and no other",
    arguments: ServerSettings.table.map(\.name))
  func keyPath(path: String) throws {
    let setting = try #require(ServerSettings.setting(path))
    let values = [
      "true", "false", "7", "17", "0.25", "all", "[user, tool]", "[a=1]", "[hard]", "hard",
    ]
    let choices = [
      "absolute", "mean-logit", "abstain", "naive", "votes", "debug", "json", "2025-01-02",
      "perturbed", "vllm", "header",
    ]
    let before = properties(of: ServerSettings())
    // Any value that the setting accepts and that is not its default.
    let after = (choices + values).lazy.compactMap { text -> [String: String]? in
      var settings = ServerSettings()
      guard let value = try? setting.value(of: text, place: "test"),
        setting.read(value, into: &settings), settings != ServerSettings()
      else { return nil }
      return properties(of: settings)
    }.first
    let changed = try #require(after)
    #expect(Set(changed.filter { before[$0.key] != $0.value }.keys) == [path])
  }

  @Test("every setting has a variable of its own") func variables() {
    #expect(Set(ServerSettings.table.map(\.variable)).count == ServerSettings.table.count)
    #expect(ServerSettings.setting("client.sigma.min")?.variable == "RESTA_SERVE_CLIENT_SIGMA_MIN")
    #expect(ServerSettings.setting("page")?.variable == "RESTA_SERVE_PAGE")
  }

  @Test("every setting has a line of documentation") func documentation() {
    for setting in ServerSettings.table {
      #expect(setting.about.hasSuffix(".") && !setting.about.contains("\n"), "\(setting.name)")
      #expect(setting.about.count <= 100, "\(setting.name)")
    }
  }
}
