import Foundation
import RESTA
import RESTAEvaluation
import Testing

@testable import RESTAServer

/// `docs/settings.md` is what the tables of settings say.
///
/// With `RESTA_RECORD=1` the page is written anew, and the test fails all the same: look at the
/// difference, and commit it.
@Suite("The page of settings") struct SettingsPageTests {
  private static let head = """
    # Settings

    What each settings type is described by, in one table beside it: the flags, the keys of YAML files,
    the request's `resta` object, `--json` and the keys of a store follow from the same rows.
    `RESTA_RECORD=1 swift test --filter SettingsPageTests` writes this page.
    """

  private static func section<Root>(
    _ title: String, _ text: String, _ rows: [Setting<Root>], options: Bool = true
  ) -> String {
    let header =
      options
      ? "| key | option | must be | default | |\n| --- | --- | --- | --- | --- |"
      : "| key | must be | default | |\n| --- | --- | --- | --- |"
    let lines = rows.map { row -> String in
      let key = "`\(row.name)`"
      let option = options ? " \(row.flag == .none ? "" : "`--\(row.optionName)`") |" : ""
      let cells = [row.expected, row.defaultText ?? "", row.about].map {
        $0.replacingOccurrences(of: "|", with: "\\|")
      }
      return "| \(key) |\(option) \(cells.joined(separator: " | ")) |"
    }
    return "## \(title)\n\n\(text)\n\n\(([header] + lines).joined(separator: "\n"))"
  }

  private static func section(of type: any ConfiguredDefense.Type) -> String? {
    func rows<Type: ConfiguredDefense>(_ type: Type.Type) -> String? {
      guard !type.table.isEmpty, type.kind != "resta" else { return nil }
      return section(
        "`\(type.kind)` in an evaluation", "Keys of `{type: \(type.kind)}` under `defenses`.",
        type.table, options: false)
    }
    return rows(type)
  }

  private static var page: String {
    var sections = [
      head,
      section(
        "The defence",
        "Flags of every command that answers; keys of `{type: resta}` in an evaluation, where `sigma`,"
          + " or `calibrated: yes`, is required; `defense.` in the server's settings; the `resta` object"
          + " of a request. `seed` is a flag alone: an evaluation has `seeds`, and no server or request one."
          + " On the command line what is true or false is a flag without a value: `--power-matched`, or"
          + " nothing; and `--perturb-tools` adds tools to the users' turns, without a value too.",
        DefenseSettings.table),
      section(
        "The answer",
        "Flags of the commands that answer; what is true or false is a flag without a value.",
        GenerationOptions.table),
    ]
    sections += DefenseCatalog.types.compactMap { section(of: $0) }
    sections.append(
      section(
        "The server",
        "`resta serve --print-config` prints them with their values; a variable is the key in"
          + " capitals behind `RESTA_SERVE_`.",
        ServerSettings.table, options: false))
    return sections.joined(separator: "\n\n") + "\n"
  }

  @Test("is what the tables say") func isCurrent() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "docs/settings.md")
    let page = Self.page
    if ProcessInfo.processInfo.environment["RESTA_RECORD"] == "1" {
      try page.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("docs/settings.md was written: look at the difference, and commit it.")
      return
    }
    let written = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(
      written == page,
      "docs/settings.md is out of date: RESTA_RECORD=1 swift test --filter SettingsPageTests")
  }
}
