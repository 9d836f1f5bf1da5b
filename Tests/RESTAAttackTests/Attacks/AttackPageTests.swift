import Foundation
import RESTA
import Testing

@testable import RESTAAttack

/// The tables of `docs/attack.md` are what the catalogue and the settings say.
///
/// With `RESTA_RECORD=1` they are written anew, and the test fails all the same: look at the difference,
/// and commit it.
@Suite("The page of attacks") struct AttackPageTests {
  private static func cell(_ text: String) -> String {
    text.replacingOccurrences(of: "|", with: "\\|")
  }

  private static func attack<Kind: RESTAAttack.Attack>(_ type: Kind.Type) -> String {
    let settings = type.table.map { "`\($0.name)` (\($0.defaultText ?? "")): \($0.about)" }
    let needs = type.needsModel ? "\(type.knows.rawValue), the model" : type.knows.rawValue
    return "| `\(type.kind)` | \(cell(type.sentence)) | \(needs) | "
      + "\(cell(settings.joined(separator: " "))) |"
  }

  private static var tables: [(name: String, text: String)] {
    let attacks = AttackCatalog.types.map { attack($0) }
    let settings = AttackSettings.table.map { row in
      "| `\(row.name)` | `--\(row.optionName)` | \(cell(row.expected)) | "
        + "\(cell(row.defaultText ?? "")) | \(cell(row.about)) |"
    }
    return [
      (
        "attacks",
        (["| attack | does | sees | settings (default) |", "| --- | --- | --- | --- |"] + attacks)
          .joined(separator: "\n")
      ),
      (
        "settings",
        (["| key | flag | must be | default | |", "| --- | --- | --- | --- | --- |"] + settings)
          .joined(separator: "\n")
      ),
    ]
  }

  @Test("has the tables of the catalogue and the settings") func isCurrent() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../../docs/attack.md")
      .standardizedFileURL
    let written = try String(contentsOf: file, encoding: .utf8)
    var page = written
    for (name, text) in Self.tables {
      let start = try #require(page.range(of: "<!-- \(name) -->\n")?.upperBound)
      let end = try #require(
        page.range(of: "<!-- end -->", range: start..<page.endIndex)?.lowerBound)
      page.replaceSubrange(start..<end, with: text + "\n")
    }
    if ProcessInfo.processInfo.environment["RESTA_RECORD"] == "1" {
      try page.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("docs/attack.md was written: look at the difference, and commit it.")
      return
    }
    #expect(
      written == page,
      "docs/attack.md is out of date: RESTA_RECORD=1 swift test --filter AttackPageTests")
  }
}
