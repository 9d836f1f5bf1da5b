import Logging
import RESTA

extension APIError {
  /// What a client is told about an error.
  ///
  /// The client's own mistakes are explained; everything else is an internal error whose cause goes
  /// to the log.
  ///
  /// - Parameters:
  ///   - error: What was thrown.
  ///   - log: Where the cause of an internal error goes.
  init(_ error: any Error, log: Logger) {
    switch error {
    case let error as APIError: self = error
    // Nobody reads it: the client is gone, or the server is.
    case is CancellationError:
      self = APIError(
        status: 499, type: "invalid_request_error", code: "cancelled",
        message: "The request was cancelled.")
    case let error as RESTAError where Self.codes[error.code] != nil:
      self = .invalid(error.message, code: Self.codes[error.code])
    default:
      log.error("internal error", metadata: ["error": "\(Self.safeText(error))"])
      self = .internalError
    }
  }

  /// Those that say what is wrong with the request.
  private static let codes: [RESTAError.Code: String] = [
    .contextExceeded: "context_length_exceeded", .invalidMessages: "invalid_messages",
    .templateFailed: "template_failed", .invalidSetting: "invalid_setting",
  ]

  /// Text for the log: our own errors hold no prompt; of others only the type is sure not to.
  private static func safeText(_ error: any Error) -> String {
    (error as? RESTAError)?.message ?? "\(Swift.type(of: error))"
  }
}
