extension JinjaInterpreter {
  /// The variables that Hugging Face's `apply_chat_template` passes for a chat without tools.
  ///
  /// This is where content gets its origin; nothing else does.
  func chatVariables(_ messages: [ChatMessage]) throws(JinjaFault) -> [String: JinjaValue] {
    var list: [JinjaValue] = []
    for (index, message) in messages.enumerated() {
      let content = JinjaText(message.content, origin: index)
      try charge(scalars: content.count)
      list.append(
        .dictionary(
          JinjaDictionary([
            "role": .string(JinjaText(message.role.rawValue)), "content": .string(content),
          ])))
    }
    return ["messages": try sequence(list), "tools": .none, "documents": .none]
  }
}
