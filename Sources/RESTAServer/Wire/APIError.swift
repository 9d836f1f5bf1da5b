import Hummingbird
import Logging
import RESTA

/// Why a request is not answered: an HTTP status and OpenAI's error object.
///
/// `message` is shown to the client and logged: it names fields and limits, and never holds a prompt,
/// an answer, a key or what the engine said.
struct APIError: Error, Sendable, Hashable {
  var status: Int
  /// OpenAI's `type`, such as `invalid_request_error`.
  var type: String
  /// OpenAI's `code`, a stable name for programs; `nil` is `null`.
  var code: String?
  /// The field of the request that is at fault, such as `messages[0].content`; `nil` is `null`.
  var param: String?
  /// What is wrong and what to do about it.
  var message: String
  /// After how many seconds it is worth asking again (`Retry-After`); `nil` for never.
  var retryAfter: Int?

  /// The request is wrong: 400, unless there is a status for how.
  static func invalid(
    _ message: String, param: String? = nil, code: String? = nil, status: Int = 400
  ) -> APIError {
    APIError(
      status: status, type: "invalid_request_error", code: code, param: param, message: message)
  }
}

extension APIError {
  /// The server is about to stop: 503.
  static let shuttingDown = APIError(
    status: 503, type: "server_error", code: "shutting_down",
    message: "The server is shutting down. Ask again in a moment.", retryAfter: 5)

  /// Too many requests wait: 429.
  static func queueFull(retryAfter: Int) -> APIError {
    APIError(
      status: 429, type: "requests", code: "queue_full",
      message: "The server is busy and its queue is full. Ask again in \(retryAfter) s.",
      retryAfter: retryAfter)
  }

  /// The model is not there yet: 503.
  static let modelLoading = APIError(
    status: 503, type: "server_error", code: "model_loading",
    message: "The model is still being loaded. /health says when it is there.", retryAfter: 2)

  /// The answer took longer than the operator allows: 504.
  static func timedOut(after seconds: Double) -> APIError {
    APIError(
      status: 504, type: "server_error", code: "request_timeout",
      message:
        "The answer was not complete within \(SettingValue.text(of: seconds)) s. Ask for fewer "
        + "tokens.")
  }

  /// The request did not arrive in time: 408.
  static func readTimedOut(after seconds: Double) -> APIError {
    .invalid(
      "The request did not arrive within \(SettingValue.text(of: seconds)) s.",
      code: "read_timeout", status: 408)
  }

  /// The request's body is too long: 413.
  static func tooLarge(limit bytes: Int) -> APIError {
    .invalid(
      "The request's body is longer than \(bytes) bytes.", code: "body_too_large", status: 413)
  }

  /// The body is not announced as JSON: 415.
  static let notJSON = invalid(
    "Send the body as JSON, with 'Content-Type: application/json'.",
    code: "unsupported_media_type", status: 415)

  /// There is nothing at this path: 404.
  static let unknownURL = invalid(
    "There is nothing here. The API is below /v1, the playground at /.", code: "unknown_url",
    status: 404)

  /// There is something at this path, for another method: 405.
  static func methodNotAllowed(_ allowed: [String]) -> APIError {
    .invalid(
      "Use \(allowed.joined(separator: " or ")) here.", code: "method_not_allowed", status: 405)
  }

  /// Another model is asked for than the one that is served: 404.
  static func unknownModel(served: String) -> APIError {
    .invalid(
      "There is no such model here. This server's is '\(served)'.", param: "model",
      code: "model_not_found", status: 404)
  }

  /// Something failed that the client can do nothing about: 500.
  static let internalError = APIError(
    status: 500, type: "server_error", code: "internal_error",
    message: "The server failed to answer. Its log says why, by this reply's x-request-id.")
}

extension APIError {
  /// What a client is told about an error.
  ///
  /// The client's own mistakes are explained; everything else is an internal error whose cause goes to the log.
  init(_ error: any Error, log: Logger) {
    switch error {
    case let error as APIError: self = error
    // Nobody reads it: the client is gone, or the server is.
    case is CancellationError:
      self = .invalid(
        "The request was cancelled: its client closed the connection, or the sending half of "
          + "it, which counts as leaving.", code: "cancelled", status: 499)
    case let error as RESTAError where Self.codes[error.code] != nil:
      self = .invalid(error.message, code: Self.codes[error.code])
    case let error as RESTAError
    where [.windowNeverOpened, .windowNotReached].contains(error.code):
      // Without a bound of the client's, the operator's setting and the model do not fit together, or an
      // attack kept the text away. A client's library would ask a 500 again, and end where it did before.
      let isClients = error.code == .windowNotReached
      self = APIError(
        status: isClients ? 400 : 500, type: isClients ? "invalid_request_error" : "server_error",
        code: error.code.description,
        message:
          "The answer ended before the text behind which this server's defence starts, so nothing of it was "
          + "defended."
          + (isClients ? " More max_tokens, or no stop string, may reach that text." : ""))
    default:
      // Errors that describe themselves hold no prompt, as ours and the engines'; of others the type is sure not to.
      let type = Swift.type(of: error)
      let text = type is any CustomStringConvertible.Type ? "\(error)" : "\(type)"
      log.error("internal error", metadata: ["error": "\(text)"])
      self = .internalError
    }
  }

  /// Those that say what is wrong with the request.
  private static let codes: [RESTAError.Code: String] = [
    .contextExceeded: "context_length_exceeded", .invalidMessages: "invalid_messages",
    .templateFailed: "template_failed", .invalidSetting: "invalid_setting",
  ]
}

/// OpenAI's error object, as a body or as an event of a stream.
struct ErrorReply: Encodable, Sendable {
  struct Detail: Encodable, Sendable {
    let message: String
    let type: String
    @Nullable var param: String?
    @Nullable var code: String?
  }

  let error: Detail

  init(_ error: APIError) {
    self.error = Detail(
      message: error.message, type: error.type, param: error.param, code: error.code)
  }
}

extension RouteTable {
  /// What a client is told of what its request throws.
  func error(for error: any Error, _ request: Request, _ context: ServerContext) -> APIError {
    let result =
      if let error = error as? HTTPError, [404, 405].contains(error.status.code) {
        self.error(method: request.method.rawValue, path: request.uri.path)
      } else {
        APIError(error, log: context.logger)
      }
    context.notes.add("error", result.code ?? result.type)
    return result
  }
}
