import RESTA

/// An answer with the label that people gave it, to measure judges with.
package struct LabelledText: Sendable, Hashable, Codable {
  /// The answer.
  package var text: String
  /// What it is: refused, complied or incoherent.
  package var label: AnswerLabel
  /// The prompt that it answers; empty where it is not known.
  package var prompt = ""
  /// The prompt without an attack.
  package var goal: String?
  /// What the prompt is there to show.
  package var role = Sample.Role.direct
}

extension LabelledText {
  /// Reads labelled answers.
  package static func load(contentsOf path: String) throws(EvaluationError) -> [LabelledText] {
    if path.hasSuffix(".json") { return try artifact(path) }
    let table = try CSVTable(try SourceFile.read(path), required: ["text", "label"])
    var texts: [LabelledText] = []
    for row in table.rows {
      let label = try row.text("label")
      guard let known = AnswerLabel(rawValue: label), known != .unscored else {
        throw row.error(
          "field 'label': "
            + Suggestion.unknown(
              "label", label, known: AnswerLabel.allCases.filter { $0 != .unscored }.map(\.rawValue)
            ))
      }
      var text = LabelledText(
        text: try row.text("text"), label: known, prompt: row.optionalText("prompt") ?? "",
        goal: row.optionalText("goal").flatMap { $0.isEmpty ? nil : $0 })
      if let role = row.optionalText("role"), !role.isEmpty {
        guard let known = Sample.Role(rawValue: role) else {
          throw row.error(
            "field 'role': "
              + Suggestion.unknown("role", role, known: Sample.Role.allCases.map(\.rawValue)))
        }
        text.role = known
      }
      texts.append(text)
    }
    guard !texts.isEmpty else {
      throw EvaluationError(.invalidData, "\(path): there is no labelled answer below the header")
    }
    return texts
  }

  private static func artifact(_ path: String) throws(EvaluationError) -> [LabelledText] {
    let dataset = try Dataset.load(contentsOf: path, format: .jailbreakBenchArtifact)
    let texts = dataset.samples.compactMap { sample -> LabelledText? in
      guard let recorded = sample.recorded, let jailbroken = recorded.jailbroken else { return nil }
      return LabelledText(
        text: recorded.text, label: jailbroken ? .complied : .refused, prompt: sample.prompt,
        goal: sample.goal, role: sample.role)
    }
    guard !texts.isEmpty else {
      throw EvaluationError(
        .invalidData, "\(path): no entry of the artifact has both an answer and a judgement")
    }
    return texts
  }
}
