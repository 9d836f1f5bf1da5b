import RESTA

/// The outer object of replies and of chunks, which all have the same members.
struct ReplyObject<Choice: Encodable & Sendable>: Encodable, Sendable {
  let id: String
  let object: String
  let created: Int
  let model: String
  let choices: [Choice]
  /// Left out when `nil`, which is something else than `null` here.
  let usage: Nullable<ReplyUsage>?
  let resta: RestaReply?

  /// Makes a reply or a chunk.
  ///
  /// - Parameters:
  ///   - object: OpenAI's name of what it is.
  ///   - head: Its id, time and model.
  ///   - choices: The answers, or pieces of them; none for the usage of a stream.
  ///   - usage: The tokens, or the `null` for them.
  ///   - settings: The defence, or `nil` when it is not shown here.
  init(
    _ object: String, _ head: ReplyHead, choices: [Choice], usage: Nullable<ReplyUsage>?,
    settings: RestaSettings? = nil
  ) {
    id = head.id
    self.object = object
    created = head.created
    model = head.model
    self.choices = choices
    self.usage = usage
    resta = settings.map { RestaReply(settings: $0) }
  }
}

/// The `resta` object of a reply as a whole.
struct RestaReply: Encodable, Sendable, Hashable {
  let settings: RestaSettings
}
