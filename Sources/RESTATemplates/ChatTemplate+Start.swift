extension ChatTemplate {
  /// Tries the template on the chats that every use of it begins with, so that one that cannot be used is found at
  /// the start and not with each message.
  ///
  /// `setting` is what the operator calls the system prompt, such as `--system`; `mayEndWithAnswer` says that a chat
  /// that ends with the model's turn will do too, as for judges of answers.
  ///
  /// - Throws: ``RESTAError`` with `invalidTemplate`: what the template does with a user's message, or with the
  ///   operator's system prompt.
  package func check(
    system: String? = nil, setting: String = "", mayEndWithAnswer: Bool = false
  ) throws(RESTAError) {
    let user = ChatMessage.user("Hello")
    let own = system.map { [ChatMessage.system($0)] } ?? []
    do {
      _ = try render([user], behind: own)
    } catch {
      if mayEndWithAnswer, (try? render([user, .assistant("Hello")], behind: own)) != nil {
        return
      }
      let worksWithout = !own.isEmpty && (try? render([user])) != nil
      throw RESTAError(
        .invalidTemplate,
        worksWithout
          ? "\(setting) cannot be used with this chat template: \(error.message) Leave \(setting) "
            + "out, put its text into the user's message, or name another template with "
            + "--chat-template."
          : "This chat template cannot be used, not even for a chat of one short message: "
            + "\(error.message) Name another with --chat-template.",
        sensitiveDetail: error.sensitiveDetail, cause: error)
    }
  }
}
