import ArgumentParser
import Foundation
import RESTALocal

/// `resta-local`: what needs a model and nothing else, and so compiles without TLS, HTTP and SQLite.
@main
enum Main {
  static func main() async {
    let words = CommandLine.arguments.dropFirst()
    if let name = CommandLineTool.elsewhere.first(where: { words.starts(with: $0) }) {
      Terminal.error(
        "Error: '\(name.joined(separator: " "))' is not in resta-local, which 'make demo' builds:"
          + " 'make build' builds all of it, .build/release/resta.")
      exit(2)
    }
    await CommandLineTool.main(RestaLocal.self)
  }
}

/// The `resta-local` command.
struct RestaLocal: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resta-local",
    abstract: "Chat with a local language model, defended against jailbreak prompts.",
    discussion: """
      The subcommands of 'resta' that need a model and nothing else; 'make build' makes the whole \
      command, with evaluations and a server.

      Without --model, the model is $RESTA_MODEL, or the one that 'make demo' put into .models/.
      """,
    version: Version.description,
    subcommands: CommandLineTool.local + [LocalBench.self, Compare.self])
}

/// `resta-local bench`: `resta bench` without its server.
struct LocalBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what the defence costs.",
    subcommands: [BenchDecoders.self], defaultSubcommand: BenchDecoders.self)
}
