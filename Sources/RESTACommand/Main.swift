import ArgumentParser
import Foundation

/// The command's entry point: runs a subcommand, and turns whatever it throws into a message and an
/// exit code (0 done, 1 failed, 2 wrong usage, 130 interrupted).
@main
enum Main {
  static func main() async {
    // A pipe's reader that goes away then shows as a failed write, not as a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await Interrupt.run {
        var command = try Resta.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      }
    } catch {
      exit(Failure.report(error))
    }
  }
}

/// The `resta` command.
struct Resta: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resta",
    abstract: "Chat with a local language model, defended against jailbreak prompts.",
    discussion: """
      RESTA (arXiv 2501.16497) adds random noise to the embeddings of the user's tokens, lets k \
      noisy copies of the prompt vote on the first l tokens of the answer, and continues \
      undisturbed. Adversarial suffixes are brittle, meaning is not.

      Start with:
        resta demo
        resta generate "Name three primary colours."
        resta doctor --model model.gguf
        resta eval run
        resta serve --playground

      Without --model, the model is $RESTA_MODEL, or the one that 'make demo' put into .models/.
      """,
    version: Version.description,
    subcommands: [
      Demo.self, Generate.self, Chat.self, Inspect.self, Doctor.self, Eval.self, Sweep.self,
      ReportCommand.self, Serve.self, Bench.self, Compare.self,
    ])
}
