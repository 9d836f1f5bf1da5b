import ArgumentParser
import Foundation
import RESTA
import RESTAEvaluation
import RESTALlama
import RESTAServer

/// A failure of the command itself, with the exit code that it ends with.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let exitCode: Int32

  /// Something that was asked for could not be done.
  static func failed(_ message: String) -> Failure { Failure(description: message, exitCode: 1) }

  /// The command line, or a file that it names, is wrong.
  static func usage(_ message: String) -> Failure { Failure(description: message, exitCode: 2) }

  /// Prints what an error means to the person who runs the command, and gives the exit code.
  static func report(_ error: any Error) -> Int32 {
    switch error {
    case is CancellationError:
      Terminal.error("Interrupted.")
      return 130
    case let code as ExitCode:
      return code.rawValue
    case let failure as Failure:
      Terminal.error("Error: \(failure.description)")
      return failure.exitCode
    case let error as RESTAError:
      Terminal.error("Error: \(error.message)")
      return error.code == .invalidSetting ? 2 : 1
    case let error as LlamaError:
      Terminal.error("Error: \(error.message)")
      return error.code == .invalidOption ? 2 : 1
    case let error as EvaluationError:
      Terminal.error("Error: \(error.message)")
      return [.invalidConfiguration, .invalidData].contains(error.code) ? 2 : 1
    case let error as ServerError:
      Terminal.error("Error: \(error.message)")
      return error.code == .addressUnavailable ? 1 : 2
    default:
      return reportParsing(error)
    }
  }

  /// Help and version go to the output with code 0; wrong usage to the error output with code 2,
  /// where the parser's own code would be 64.
  private static func reportParsing(_ error: any Error) -> Int32 {
    let message = Resta.fullMessage(for: error)
    guard Resta.exitCode(for: error) != .success else {
      Terminal.write(message + "\n")
      return 0
    }
    Terminal.error(message)
    return Resta.exitCode(for: error) == .validationFailure ? 2 : 1
  }
}
