package import RESTA
package import RESTADocuments
package import RESTAEvaluation

/// Prompts of another attack, from a file: those that belong to the goal, in the file's order.
package struct TransferAttack: TextAttack {
  /// A JailbreakBench artifact, or any other file of prompts with their goals.
  package var file = ""

  package static let kind = "transfer"
  package static let sentence =
    "Prompts from a file: a JailbreakBench artifact, or rows with 'goal' and 'prompt'."
  package static let defaults = TransferAttack()
  package static let table: [Setting<TransferAttack>] = [
    Setting(
      "file", \.file, .text, "The file; '{goal}' in a prompt without a goal stands for each goal.",
      default: "needed", isAlwaysStored: true)
  ]

  package func validate() throws(EvaluationError) {
    guard !file.isEmpty else {
      throw EvaluationError.invalidConfiguration(
        "transfer needs a file of prompts: --set transfer.file=FILE.")
    }
  }

  /// A file's prompts.
  package struct Prompts: Sendable {
    package let sha256: String
    private let byGoal: [String: [String]]
    private let forAll: [String]

    init(contentsOf path: String) throws(EvaluationError) {
      let data = try Dataset.load(contentsOf: path, fallback: .adversarial, skipsBadRows: nil)
      sha256 = data.sha256
      byGoal = Dictionary(
        grouping: data.samples.filter { $0.goal != nil }, by: { $0.goal ?? "" }
      ).mapValues { $0.map(\.prompt) }
      forAll = data.samples.filter { $0.goal == nil && $0.prompt.contains("{goal}") }.map(\.prompt)
      guard !byGoal.isEmpty || !forAll.isEmpty else {
        throw EvaluationError.invalidData(
          "\(path): none of its \(data.samples.count) prompts has a goal, or '{goal}' in it, so nobody "
            + "can tell what each is for.")
      }
    }

    func of(_ goal: String) -> [String] {
      (byGoal[goal] ?? []) + forAll.map { $0.replacing("{goal}", with: goal) }
    }
  }

  package func stored(in context: AttackContext) -> JSONObject {
    ["sha256": .optional(context.transferred[file]?.sha256)]
  }

  package func request(
    _ number: Int, for goal: AttackGoal, in context: AttackContext
  ) -> AttackRequest? {
    let prompts = context.transferred[file]?.of(goal.text) ?? []
    return prompts.indices.contains(number) ? AttackRequest(prompts[number]) : nil
  }

  /// For how many of some goals the file has prompts, in words; none is an error.
  package func coverage(
    of goals: [AttackGoal], in context: AttackContext
  ) throws(EvaluationError) -> String {
    let count = goals.count { request(0, for: $0, in: context) != nil }
    guard count > 0 else {
      throw EvaluationError.invalidData(
        "\(file): no prompt is for any of the \(goals.count) goals; name its own with --goals.")
    }
    return "\(file) has prompts for \(count) of \(goals.count) goals."
  }
}
