import ArgumentParser
import Foundation
import RESTA
import RESTAAttack
import RESTADocuments
import RESTALocal

/// `resta attack`: attacks on one's own defended model.
struct AttackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack",
    abstract: "Attack your own defended model, as somebody would who knows the defence.",
    discussion: """
      Goals that the undefended model refuses are attacked behind each defence, within budgets of \
      queries and tokens, beside the undefended model, a placebo and refusing at random. A model in \
      this process, or a server on this machine: no other is asked. docs/attack.md documents it.

      Examples:
        resta attack list
        resta attack run --attack repeat --attack best-of-n --store mine.sqlite
        resta attack report mine.sqlite
        resta attack export mine.sqlite --format jbb > artifact.json
      """,
    subcommands: [
      AttackList.self, AttackRun.self, AttackReport.self, AttackExportCommand.self,
    ])
}

/// `resta attack list`: the attacks, what they do and their settings.
struct AttackList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the attacks and their settings.")

  @Flag(help: "Print a JSON list instead.")
  var json = false

  private struct Entry: Encodable {
    let name: String
    let about: String
    let knows: AttackKnowledge
    let needsModel: Bool
    let settings: [Row]

    struct Row: Encodable {
      let name: String
      let about: String
      let expected: String
      let defaultText: String?
    }

    init<Kind: RESTAAttack.Attack>(_ type: Kind.Type) {
      name = type.kind
      about = type.sentence
      knows = type.knows
      needsModel = type.needsModel
      settings = type.table.map {
        Row(name: $0.name, about: $0.about, expected: $0.expected, defaultText: $0.defaultText)
      }
    }
  }

  func run() throws {
    let entries = AttackCatalog.types.map { Entry($0) }
    guard !json else { return try JSONOutput.print(entries) }
    for entry in entries {
      let needs =
        ["sees \(entry.knows.rawValue)", entry.needsModel ? "needs the model in process" : nil]
        .compactMap(\.self).joined(separator: ", ")
      Terminal.line("\(Style.bold(entry.name)) (\(needs))")
      Terminal.lines(Columns.wrap(entry.about, width: Terminal.width - 4).map { "    " + $0 })
      for row in entry.settings {
        let text = "\(row.name): \(row.about)" + (row.defaultText.map { " (default: \($0))" } ?? "")
        Terminal.lines(Columns.wrap(text, width: Terminal.width - 6).map { "      " + $0 })
      }
    }
  }
}

/// `resta attack export`: what a store holds, for other tools.
struct AttackExportCommand: AsyncParsableCommand {
  /// The forms.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jbb, garak
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write breaches as a JailbreakBench artifact, or queries as garak's attempts.",
    discussion: """
      An artifact holds one attack behind one defence: a prompt for each goal that was broken. \
      'resta eval' reads it. Answers are left out unless --show-answers.

      Example:
        resta attack export mine.sqlite --format jbb --attack best-of-n --defense none > artifact.json
      """)

  @Argument(help: "The store.")
  var store: String

  @Option(help: "What is written.")
  var format: Format

  @Option(help: ArgumentHelp("Only this attack.", valueName: "name"))
  var attack: String?

  @Option(help: ArgumentHelp("Only this defence.", valueName: "name"))
  var defense: String?

  @Flag(help: "Write answers too.")
  var showAnswers = false

  func run() async throws {
    let store = try AttackStore(path: store, mustExist: true)
    let export = try await AttackExport(store, showsAnswers: showAnswers)
    try store.close()
    switch format {
    case .jbb:
      let artifact = try export.artifact(
        attack: attack, defense: defense, date: String(Date().formatted(.iso8601).prefix(10)))
      Terminal.write(artifact.text)
      if artifact.withoutPrompt > 0 {
        Terminal.error(
          "\(artifact.withoutPrompt) breaches are more than a message of the user can say: they have "
            + "'messages', 'opening' or 'marker', and no 'prompt'.")
      }
      if artifact.unfinished > 0 {
        Terminal.error("\(artifact.unfinished) attacks are unfinished: 'resta attack run' goes on.")
      }
    case .garak: Terminal.write(try export.attempts(attack: attack, defense: defense))
    }
  }
}
