/// An answer with the label that people gave it, to measure judges with.
package struct LabelledText: Sendable, Hashable, Codable {
  /// The answer.
  package var text: String
  /// What it is: refused, complied or incoherent.
  package var label: AnswerLabel
  /// The prompt that it answers; empty where it is not known.
  package var prompt: String
  /// The prompt without an attack.
  package var goal: String?
  /// What the prompt is there to show.
  package var role: Sample.Role

  /// Makes a labelled answer.
  ///
  /// - Parameters:
  ///   - text: The answer.
  ///   - label: Refused, complied or incoherent.
  ///   - prompt: The prompt that it answers. Default: not known.
  ///   - goal: The prompt without an attack. Default: not known.
  ///   - role: What the prompt is there to show. Default: a direct request.
  package init(
    text: String, label: AnswerLabel, prompt: String = "", goal: String? = nil,
    role: Sample.Role = .direct
  ) {
    self.text = text
    self.label = label
    self.prompt = prompt
    self.goal = goal
    self.role = role
  }
}
