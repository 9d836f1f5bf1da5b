/// Why a request is not answered: an HTTP status and OpenAI's error object.
///
/// `message` is shown to the client and logged: it names fields and limits, and never holds a prompt,
/// an answer, a key or what the engine said.
struct APIError: Error, Sendable, Hashable {
  /// The HTTP status.
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

  /// A field of the request is wrong: 400.
  ///
  /// - Parameters:
  ///   - message: What is wrong and what to do.
  ///   - param: The field. Default: none.
  ///   - code: Default: none.
  /// - Returns: The error.
  static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
    APIError(
      status: 400, type: "invalid_request_error", code: code, param: param, message: message)
  }
}
