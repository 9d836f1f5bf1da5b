package import ArgumentParser
import RESTA
package import RESTADocuments
import RESTALlama

/// A failure of the command itself, with the exit code that it ends with.
package struct Failure: Error, CustomStringConvertible {
  package let description: String
  package let exitCode: Int32

  /// Something that was asked for could not be done.
  package static func failed(_ message: String) -> Failure {
    Failure(description: message, exitCode: 1)
  }

  /// The command line, or a file that it names, is wrong.
  package static func usage(_ message: String) -> Failure {
    Failure(description: message, exitCode: 2)
  }

  /// Refuses a number that an option must not have; `nil` was not given.
  package static func check(
    _ option: String, _ number: Int?, atLeast least: Int = 1, atMost most: Int = .max
  ) throws(Failure) {
    guard let number, !(least...most).contains(number) else { return }
    let range = most == .max ? "\(least) or more" : "between \(least) and \(most)"
    throw Failure.usage("\(option) must be \(range), not \(number).")
  }

  /// Prints what an error means to the person who runs the command, and gives the exit code.
  package static func report(_ error: any Error, root: any ParsableCommand.Type) -> Int32 {
    switch error {
    case is CancellationError:
      Terminal.error("Interrupted.")
      return 130
    case let code as ExitCode:
      return code.rawValue
    default:
      guard let failure = known(error) else { return reportParsing(error, root) }
      // Messages quote files and servers, whose words must not drive the terminal.
      Terminal.error("Error: " + Columns.harmless(failure.description))
      return failure.exitCode
    }
  }

  /// What an error of this program says, and its exit code; `nil` for those of the parser and the system.
  static func known(_ error: any Error) -> Failure? {
    switch error {
    case let failure as Failure: failure
    case let error as RESTAError:
      // The prompts are those of whoever reads this.
      Failure(
        description: error.message + (error.sensitiveDetail.map { " (\($0))" } ?? ""),
        exitCode: error.code == .invalidSetting ? 2 : 1)
    case let error as LlamaError:
      Failure(description: error.message, exitCode: error.code == .invalidOption ? 2 : 1)
    case let error as any ReportedError:
      Failure(description: error.message, exitCode: error.commandExitCode)
    default: nil
    }
  }

  /// Help and version go to the output with code 0; wrong usage to the error output with code 2,
  /// where the parser's own code would be 64.
  private static func reportParsing(
    _ error: any Error, _ root: any ParsableCommand.Type
  ) -> Int32 {
    let message = root.fullMessage(for: error)
    guard root.exitCode(for: error) != .success else {
      Terminal.write(message + "\n")
      return 0
    }
    Terminal.error(message)
    return root.exitCode(for: error) == .validationFailure ? 2 : 1
  }
}

/// An error of a module that not every command has: it says itself with which code the command ends.
package protocol ReportedError: Error {
  /// What went wrong, safe to print.
  var message: String { get }
  /// 1 for what could not be done, 2 for what was asked wrongly.
  var commandExitCode: Int32 { get }
}

extension DocumentError: ReportedError {
  package var commandExitCode: Int32 { 2 }
}
