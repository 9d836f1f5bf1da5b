import ArgumentParser
import Foundation
import RESTAAttack
import RESTALocal

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
          "\(artifact.withoutPrompt) breaches need more than one message of the user: they have "
            + "'messages' or 'opening', and no 'prompt'.")
      }
      if artifact.unfinished > 0 {
        Terminal.error("\(artifact.unfinished) attacks are unfinished: 'resta attack run' goes on.")
      }
    case .garak: Terminal.write(try export.attempts(attack: attack, defense: defense))
    }
  }
}
