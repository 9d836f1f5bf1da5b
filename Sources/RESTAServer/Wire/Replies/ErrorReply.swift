import RESTA

/// OpenAI's error object, as a body or as an event of a stream.
struct ErrorReply: Encodable, Sendable {
  /// What is inside.
  struct Detail: Encodable, Sendable {
    let message: String
    let type: String
    @Nullable var param: String?
    @Nullable var code: String?
  }

  let error: Detail

  /// Describes an error.
  ///
  /// - Parameter error: The error; its status and `retryAfter` go into the reply's head.
  init(_ error: APIError) {
    self.error = Detail(
      message: error.message, type: error.type, param: error.param, code: error.code)
  }
}
