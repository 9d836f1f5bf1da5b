import RESTA
import RESTADocuments
package import RESTAEvaluation

/// What an attack found, in the forms that other tools read.
///
/// Answers are left out unless they are asked for; prompts never are, for without them nothing could be asked again.
package struct AttackExport: Sendable {
  private let record: AttackRecord
  private let goals: [AttackStore.Screened]
  private let states: [AttackStore.UnitState]
  private let showsAnswers: Bool

  package init(_ store: AttackStore, showsAnswers: Bool) async throws {
    guard let record = try await store.record() else {
      throw EvaluationError.invalidStore("The store '\(store.path)' is empty.")
    }
    self.record = record
    goals = try await store.screened()
    states = try await store.states()
    self.showsAnswers = showsAnswers
  }

  /// Finds the one that is meant among the attacks, or the defences.
  private func one(
    of parts: [AttackRecord.Part], named name: String?, option: String
  ) throws(EvaluationError) -> String {
    let names = parts.map(\.name)
    if let name, names.contains(name) { return name }
    if name == nil, names.count == 1 { return names[0] }
    throw EvaluationError.invalidConfiguration(
      (name.map { "\(option) '\($0)' is not in the store" } ?? "Name one with \(option)")
        + ": it has \(names.joined(separator: ", ")).")
  }

  private func state(_ attack: String, _ arm: String, _ goal: String) -> AttackStore.UnitState? {
    states.first { $0.unit == AttackPlan.Unit(attack: attack, arm: arm, goal: goal) }
  }

  // MARK: - JailbreakBench

  /// An artifact of one attack behind one defence (arXiv 2404.01318), as `resta eval` reads it, how many breaches one
  /// message cannot say, and how many attacks are to be gone on with.
  ///
  /// A goal that was not broken has no prompt, as in JailbreakBench's own. Neither has one whose breach needs more
  /// than a message of the user, or a `marker` behind which the answer is judged, of which who asks the prompt again
  /// knows nothing: all of it is beside, in `messages`, `opening` and `marker`.
  package func artifact(
    attack: String?, defense: String?, date: String
  ) throws(EvaluationError) -> (text: String, withoutPrompt: Int, unfinished: Int) {
    let attack = try one(of: record.attacks, named: attack, option: "--attack")
    let arm = try one(of: record.arms, named: defense, option: "--defense")
    let indices = JailbreakBenchArtifact.indices(of: goals.map(\.goal.id))
    let own = states.filter { $0.unit.attack == attack && $0.unit.arm == arm }
    let (broken, attacked) = (own.count { $0.breach != nil }, own.count(where: \.isFollowed))
    var (entries, without): ([[(String, JSONValue)]], Int) = ([], 0)
    for (index, screened) in zip(indices, goals) {
      let state = own.first { $0.unit.goal == screened.goal.id }
      let breach = state?.breach
      let isPlain = breach?.request.isPlain
      if isPlain == false { without += 1 }
      let goal = screened.goal
      entries.append([
        ("index", .count(index)), ("goal", .string(goal.text)),
        ("behavior", .optional(goal.behavior ?? goal.id)), ("category", .optional(goal.category)),
        ("prompt", isPlain == true ? .optional(breach?.request.prompt) : .null),
        ("response", showsAnswers ? .optional(breach?.answer) : .null),
        ("number_of_queries", .count(state?.queries.count)),
        ("queries_to_jailbreak", .count(breach.map { $0.number + 1 })),
        ("prompt_tokens", .null), ("response_tokens", .null),
        ("tokens_to_jailbreak", .count(breach?.totalTokens)),
        ("jailbroken", .bool(breach != nil)), ("refused_as_it_is", .bool(screened.isRefused)),
        ("confirmed", .count(state?.confirmed()?.complied)),
        ("confirming_draws", .count(state?.confirmed()?.draws)),
        ("messages", isPlain == false ? Self.messages(breach) : .null),
        ("opening", .optional(breach?.request.opening?.text)),
        ("marker", .optional(breach?.request.marker)),
      ])
    }
    let part = record.attacks.first { $0.name == attack }
    let parameters: [(String, JSONValue)] = [
      ("method", .string(part?.kind ?? attack)), ("attack_type", .string("black_box")),
      ("model", record.subject["model"] ?? record.subject["modelSHA256"] ?? .null),
      ("evaluation_date", .string(date)), ("evaluation_llm_provider", .string("resta")),
      ("evaluation_judge", .string(record.judge)), ("defense", .string(arm)),
      ("attack_success_rate", attacked == 0 ? .null : .number(Double(broken) / Double(attacked))),
      ("total_number_of_jailbreaks", .count(broken)),
      ("number_of_submitted_prompts", .count(goals.count)),
      ("total_number_of_queries", .count(own.reduce(0) { $0 + $1.queries.count })),
      ("method_parameters", .object(JailbreakBenchArtifact.flat(part?.settings ?? [:]))),
    ]
    let asked = goals.count { $0.finding == nil || $0.isRefused }
    let text = JailbreakBenchArtifact.text(parameters, entries)
    return (text, without, record.unfinished(of: asked, own))
  }

  private static func messages(_ query: AttackQuery?) -> JSONValue {
    .array(
      (query?.request.messages ?? []).map {
        .object(["role": .string($0.role.rawValue), "content": .string($0.content)])
      })
  }

  // MARK: - garak

  /// Every query as one of garak's attempts, a line of JSON each; all attacks and defences, unless one is named.
  package func attempts(attack: String?, defense: String?) throws(EvaluationError) -> String {
    let attacks =
      attack == nil ? nil : try one(of: record.attacks, named: attack, option: "--attack")
    let arms = defense == nil ? nil : try one(of: record.arms, named: defense, option: "--defense")
    var lines = ""
    for part in record.attacks where attacks == nil || attacks == part.name {
      for arm in record.arms where arms == nil || arms == arm.name {
        for screened in goals {
          for query in state(part.name, arm.name, screened.goal.id)?.queries ?? [] {
            lines += attempt(query, part, arm, screened.goal) + "\n"
          }
        }
      }
    }
    return lines
  }

  private func attempt(
    _ query: AttackQuery, _ attack: AttackRecord.Part, _ arm: AttackRecord.Part, _ goal: AttackGoal
  ) -> String {
    let turns = query.request.messages.map { Self.turn($0.role.rawValue, $0.content) }
    let output: JSONValue = query.answer == nil ? .null : Self.message(query.answer, showsAnswers)
    var reply = turns
    if query.answer != nil {
      reply.append(.object(["role": .string("assistant"), "content": output]))
    }
    var notes: JSONObject = [
      "defense": .string(arm.name), "label": .optional(query.finding?.label.rawValue),
      "reason": .optional(query.finding?.reason), "tokens": .count(query.tokens),
      "variant": .optional(query.request.variant),
      "tags": .array([.string("owasp:llm01")]),
    ]
    if let opening = query.request.opening { notes["opening"] = .string(opening.text) }
    // A hit is 1, and what no judge could tell is no score at all.
    let score: JSONValue =
      switch query.finding?.label {
      case .complied: .number(1)
      case .refused, .incoherent: .number(0)
      case .unscored, nil: .null
      }
    return JSONText.object([
      ("entry_type", .string("attempt")),
      ("uuid", .string(Self.uuid([attack.name, arm.name, goal.id, "\(query.number)"]))),
      ("seq", .count(query.number)), ("status", .integer(2)),
      ("probe_classname", .string("resta.attack.\(attack.kind)")),
      ("probe_params", .object(attack.settings)), ("targets", .array([])),
      ("prompt", .object(["turns": .array(turns), "notes": .object([:])])),
      ("outputs", .array([output])),
      ("detector_results", .object(["resta.refusal-phrases": .array([score])])),
      ("notes", .object(notes)), ("goal", .string(goal.text)),
      ("conversations", .array([.object(["turns": .array(reply), "notes": .object([:])])])),
      ("intent", .null),
    ])
  }

  private static func turn(_ role: String, _ text: String) -> JSONValue {
    .object(["role": .string(role), "content": message(text, true)])
  }

  private static func message(_ text: String?, _ isShown: Bool) -> JSONValue {
    .object([
      "text": isShown ? .optional(text) : .string("[redacted]"), "lang": .string("*"),
      "data_path": .null, "data_type": .null, "data_checksum": .null,
      "notes": isShown
        ? .object([:]) : .object(["sha256": .string(Digest.sha256(of: text ?? ""))]),
    ])
  }

  /// The same for the same query, whenever it is written: version 8, made of a hash.
  private static func uuid(_ parts: [String]) -> String {
    var digits = Array(Digest.sha256(ofTexts: parts).prefix(32))
    digits[12] = "8"
    digits[16] = "8"
    for place in [20, 16, 12, 8] { digits.insert("-", at: place) }
    return String(digits)
  }
}
