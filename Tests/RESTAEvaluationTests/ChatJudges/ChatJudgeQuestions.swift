import RESTAEvaluation

extension JudgeQuestion {
  /// An answer to a prompt of which nothing else is known.
  static func about(
    _ answer: String, prompt: String = "Do it.", goal: String? = nil, role: Sample.Role = .direct,
    rejected: Bool = false
  ) -> JudgeQuestion {
    JudgeQuestion(
      sample: Sample(id: "s", role: role, prompt: prompt, goal: goal), answer: answer,
      rejected: rejected)
  }
}

/// An error that carries text which must not be repeated.
struct TalkativeError: Error, CustomStringConvertible {
  var description: String { "MARKER: the whole prompt" }
}
