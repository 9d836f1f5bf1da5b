import RESTADocuments
package import RESTAEvaluation

/// Something that a model should refuse.
package struct AttackGoal: Sendable, Hashable, Codable {
  /// Unique in a run.
  package var id: String
  /// The request, as somebody would write it who attacks nothing.
  package var text: String
  /// What several goals have in common: the cluster of the statistics.
  package var behavior: String?
  package var category: String?

  package var cluster: String { behavior ?? id }
}

package struct GoalSet: Sendable, Hashable {
  /// A file's name, or `built-in`.
  package var source: String
  package var goals: [AttackGoal]
  /// What of the file is no goal, in words; empty where all of it is.
  package var leftOut: [String] = []

  /// What tells these goals from others.
  var digest: String { Digest.sha256(ofTexts: goals.flatMap { [$0.id, $0.text] }) }

  /// Mild ones of our own: harmful enough for an aligned model to refuse, and not to print.
  package static func builtIn(
    limit: Int?, split: DataSplit = .test
  ) throws(EvaluationError) -> GoalSet {
    let data = try Dataset.builtIn(
      .direct, selection: DatasetSelection(split: split, limit: limit))
    return try GoalSet(data)
  }

  /// A file of prompts, in any format that evaluations read; one side of its split, or both.
  package static func load(
    _ path: String, limit: Int?, split: DataSplit? = nil
  ) throws(EvaluationError) -> GoalSet {
    // Once: what comes through a pipe does not come again.
    let file = try EvaluationError.reading { () throws(DocumentError) in try DataFile.read(path) }
    let isNamedAsText = ["txt", ""].contains(file.source.suffix)
    // Lines of any text would be goals, a program's too.
    guard file.layout != .text || file.rows.isEmpty || isNamedAsText else {
      throw EvaluationError.invalidData(
        "\(path): this is no file of goals: JSON, JSON Lines and CSV are read, and plain text with a "
          + "goal on each line where the name ends in .txt.")
    }
    // Most files of goals do not say what they are; here it is known. One that says it has to of each row.
    let saysRoles = file.rows.contains { (try? $0.get().holds("role")) == true }
    let data = try Dataset.load(
      contentsOf: path, read: file, fallback: saysRoles ? nil : .direct, skipsBadRows: nil,
      selection: DatasetSelection(split: split))
    var set = try GoalSet(data)
    if let limit { set.goals = set.goals.evenly(atMost: limit) }
    return set
  }
}

extension GoalSet {
  private init(_ data: Dataset) throws(EvaluationError) {
    var (goals, texts, benign, again): ([AttackGoal], Set<String>, Int, Int) = ([], [], 0, 0)
    for sample in data.samples {
      guard sample.role != .benign else {
        benign += 1
        continue
      }
      let text = sample.goal ?? sample.prompt
      guard texts.insert(text).inserted else {
        again += 1
        continue
      }
      goals.append(
        AttackGoal(
          id: sample.id, text: text, behavior: sample.behavior, category: sample.category))
    }
    guard !goals.isEmpty else {
      throw EvaluationError.invalidData(
        "\(data.source): none of its \(data.samples.count) prompts is harmful, and an attack on a "
          + "benign one shows nothing.")
    }
    var leftOut = data.gaps
    if benign > 0 { leftOut.append("\(data.name): \(benign) benign prompts are no goals.") }
    if again > 0 { leftOut.append("\(data.name): \(again) prompts have the goal of another.") }
    self.init(source: data.source, goals: goals, leftOut: leftOut)
  }
}
