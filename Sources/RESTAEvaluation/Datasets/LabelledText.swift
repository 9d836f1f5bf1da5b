import RESTA
import RESTADocuments

/// An answer with the label that people gave it, to measure judges with.
package struct LabelledText: Sendable, Hashable, Codable {
  package var text: String
  /// What it is: refused, complied or incoherent.
  package var label: AnswerLabel
  /// The prompt that it answers; empty where it is not known.
  package var prompt = ""
  package var goal: String?
  package var role = Sample.Role.direct
}

extension LabelledText {
  /// Reads labelled answers, and why rows were left out.
  package static func load(
    contentsOf path: String, skipsBadRows: Bool = false
  ) throws(EvaluationError) -> (texts: [LabelledText], badRows: [String]) {
    try EvaluationError.reading { () throws(DocumentError) in
      let file = try DataFile.read(path)
      if file.listKey == "jailbreaks" { return try artifact(file, skipsBadRows) }
      try file.require(["text", "label"])
      let (texts, bad) = try file.values(skipping: skipsBadRows) { row throws(DocumentError) in
        try LabelledText(row)
      }
      guard !texts.isEmpty else {
        throw DocumentError("\(path): there is no labelled answer")
      }
      return (texts, bad.map(\.message))
    }
  }

  private init(_ row: DataRow) throws(DocumentError) {
    let label = try row.string("label")
    let known = AnswerLabel.allCases.filter { $0 != .unscored }
    guard let known = known.first(where: { $0.rawValue == label }) else {
      throw row.error(
        "field 'label': " + Suggestion.unknown("label", label, known: known.map(\.rawValue)))
    }
    self.init(
      text: try row.string("text"), label: known, prompt: try row.optionalString("prompt") ?? "",
      goal: try row.optionalString("goal").unlessEmpty)
    if let role = try row.optionalChoice("role", of: Sample.Role.self) { self.role = role }
  }

  private static func artifact(
    _ file: DataFile, _ skipsBadRows: Bool
  ) throws(DocumentError) -> (texts: [LabelledText], badRows: [String]) {
    let entries = try DatasetEntries.read(
      file, format: .jailbreakBenchArtifact, skipsBadRows: skipsBadRows)
    let texts = entries.samples.compactMap { sample -> LabelledText? in
      guard let recorded = sample.recorded, let jailbroken = recorded.jailbroken else { return nil }
      return LabelledText(
        text: recorded.text, label: jailbroken ? .complied : .refused, prompt: sample.prompt,
        goal: sample.goal, role: sample.role)
    }
    guard !texts.isEmpty else {
      throw DocumentError(
        "\(file.source.name): no entry of the artifact has both an answer and a judgement")
    }
    let rows = entries.rows + entries.bad.count
    let gaps = [
      (entries.nulls, "no prompt"),
      (entries.samples.count - texts.count, "no answer or no judgement"),
    ].filter { $0.0 > 0 }.map { "\(file.source.name): \($0.0) of \(rows) entries have \($0.1)" }
    return (texts, gaps + entries.bad.map(\.message))
  }
}
