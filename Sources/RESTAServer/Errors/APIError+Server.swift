extension APIError {
  /// The server is about to stop: 503.
  static let shuttingDown = APIError(
    status: 503, type: "server_error", code: "shutting_down",
    message: "The server is shutting down. Ask again in a moment.", retryAfter: 5)

  /// Too many requests wait: 429.
  ///
  /// - Parameter retryAfter: When it is worth asking again, in seconds.
  /// - Returns: The error.
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
  ///
  /// - Parameter seconds: The limit.
  /// - Returns: The error.
  static func timedOut(after seconds: Double) -> APIError {
    APIError(
      status: 504, type: "server_error", code: "request_timeout",
      message: "The answer was not complete within \(text(seconds)) s. Ask for fewer tokens.")
  }

  /// The request did not arrive in time: 408.
  ///
  /// - Parameter seconds: The limit.
  /// - Returns: The error.
  static func readTimedOut(after seconds: Double) -> APIError {
    APIError(
      status: 408, type: "invalid_request_error", code: "read_timeout",
      message: "The request did not arrive within \(text(seconds)) s.")
  }

  /// The request's body is too long: 413.
  ///
  /// - Parameter bytes: The limit.
  /// - Returns: The error.
  static func tooLarge(limit bytes: Int) -> APIError {
    APIError(
      status: 413, type: "invalid_request_error", code: "body_too_large",
      message: "The request's body is longer than \(bytes) bytes.")
  }

  /// The body is not announced as JSON: 415.
  static let notJSON = APIError(
    status: 415, type: "invalid_request_error", code: "unsupported_media_type",
    message: "Send the body as JSON, with 'Content-Type: application/json'.")

  /// There is nothing at this path: 404.
  static let unknownURL = APIError(
    status: 404, type: "invalid_request_error", code: "unknown_url",
    message: "There is nothing here. The API is below /v1, the playground at /.")

  /// There is something at this path, for another method: 405.
  ///
  /// - Parameter allowed: The methods.
  /// - Returns: The error.
  static func methodNotAllowed(_ allowed: [String]) -> APIError {
    APIError(
      status: 405, type: "invalid_request_error", code: "method_not_allowed",
      message: "Use \(allowed.joined(separator: " or ")) here.")
  }

  /// Another model is asked for than the one that is served: 404.
  ///
  /// - Parameter served: The one that is.
  /// - Returns: The error.
  static func unknownModel(served: String) -> APIError {
    APIError(
      status: 404, type: "invalid_request_error", code: "model_not_found", param: "model",
      message: "There is no such model here. This server's is '\(served)'.")
  }

  /// Something failed that the client can do nothing about: 500.
  static let internalError = APIError(
    status: 500, type: "server_error", code: "internal_error",
    message: "The server failed to answer. Its log says why, by this reply's x-request-id.")

  /// Seconds without a needless fraction.
  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
