/// What a reply and all chunks of a streamed one begin with.
struct ReplyHead: Sendable, Hashable {
  /// The reply's name, such as `chatcmpl-` or `cmpl-` and 24 letters and digits.
  var id: String
  /// When it was begun, in seconds since 1970.
  var created: Int
  /// The model that answers.
  var model: String
}

/// How many tokens a request took.
struct ReplyUsage: Encodable, Sendable, Hashable {
  let promptTokens: Int
  let completionTokens: Int
  let totalTokens: Int

  /// Adds them up.
  ///
  /// - Parameters:
  ///   - promptTokens: Those of the prompt; each prompt counts once, however many answers it has.
  ///   - completionTokens: Those of all answers.
  init(promptTokens: Int, completionTokens: Int) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    totalTokens = promptTokens + completionTokens
  }
}
