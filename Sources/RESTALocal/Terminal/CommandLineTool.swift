package import ArgumentParser
import Foundation
import RESTALlama

/// What runs a command: its subcommand, and the end of the process that comes of it.
package enum CommandLineTool {
  /// Runs a subcommand, turns whatever it throws into a message, and ends the process (0 done, 1 failed, 2 wrong
  /// usage, 130 interrupted).
  package static func main(_ root: any ParsableCommand.Type) async {
    // A pipe's reader that goes away then shows as a failed write, not as a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await Interrupt.run {
        var command = try root.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      }
      end(0)
    } catch {
      end(Failure.report(error, root: root))
    }
  }

  /// Ends the process as it is: what was given up the engine may still compute, and `exit` would take it apart
  /// meanwhile.
  static func end(_ code: Int32) -> Never { _exit(code) }

  /// The subcommands that need a model and nothing else, in the order of help.
  package static let local: [any ParsableCommand.Type] = [
    Demo.self, Generate.self, Chat.self, Inspect.self, Doctor.self,
  ]

  /// The subcommands that only the whole command has, as a command line begins with them.
  package static let elsewhere = [
    ["calibrate"], ["eval"], ["sweep"], ["meaning"], ["attack"], ["report"], ["serve"],
    ["bench", "serve"],
  ]
}
