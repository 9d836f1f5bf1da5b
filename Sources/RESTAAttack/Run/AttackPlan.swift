package import RESTADocuments
package import RESTAEvaluation

/// Everything that determines a run.
package struct AttackPlan: Sendable {
  package var goals: GoalSet
  /// What is attacked; the first one says which goals are refused.
  package var arms: [AttackArm]
  package var attacks: [NamedAttack]
  package var settings: AttackSettings
  package var context: AttackContext
  /// What answers, for the record.
  package var subject: JSONObject
  package var judge: AttackJudge

  package init(
    goals: GoalSet, arms: [AttackArm], attacks: [NamedAttack], settings: AttackSettings,
    context: AttackContext, subject: JSONObject, judge: AttackJudge
  ) {
    self.goals = goals
    self.arms = arms
    self.attacks = attacks
    self.settings = settings
    self.context = context
    self.subject = subject
    self.judge = judge
  }

  /// One attack on one goal behind one defence.
  package struct Unit: Sendable, Hashable {
    package var attack: String
    package var arm: String
    package var goal: String

    package init(attack: String, arm: String, goal: String) {
      self.attack = attack
      self.arm = arm
      self.goal = goal
    }
  }

  /// What a store keeps: runs of other records never share one.
  package var record: AttackRecord {
    AttackRecord(
      subject: subject, judge: judge.id(for: attacks),
      settings: JSONObject(
        stored: settings, default: AttackSettings.defaults, table: AttackSettings.table),
      goalSource: goals.source, goalDigest: goals.digest,
      arms: arms.map { .init(name: $0.name, kind: $0.kind, settings: $0.settings) },
      attacks: attacks.map {
        .init(
          name: $0.name, kind: type(of: $0.attack).kind, settings: $0.attack.stored(in: context))
      })
  }

  /// Finds what cannot be attacked, before anything is loaded or asked.
  package static func check(
    _ attacks: [NamedAttack], knows: AttackKnowledge?, isEndpoint: Bool
  ) throws(EvaluationError) {
    guard !attacks.isEmpty else {
      throw EvaluationError.invalidConfiguration("Name an attack: 'resta attack list' has them.")
    }
    var names: Set<String> = []
    for named in attacks {
      try named.attack.validate()
      guard names.insert(named.name).inserted else {
        throw EvaluationError.invalidConfiguration(
          "Two attacks are called '\(named.name)': give each a 'name' of its own.")
      }
      let needed = named.attack.knows
      if let knows, needed > knows {
        throw EvaluationError.invalidConfiguration(
          "'\(named.name)' needs an attacker who sees \(needed.rawValue), and --knows says "
            + "\(knows.rawValue).")
      }
      if isEndpoint, named.attack.needsModel || needed > .text {
        throw EvaluationError.invalidConfiguration(
          "'\(named.name)' needs the model in process: an endpoint takes attacks of text only.")
      }
    }
  }
}

/// What a store says about its run.
package struct AttackRecord: Sendable, Hashable, Codable {
  package struct Part: Sendable, Hashable, Codable {
    package var name: String
    package var kind: String
    package var settings: JSONObject
  }

  package var subject: JSONObject
  package var judge: String
  package var settings: JSONObject
  package var goalSource: String
  package var goalDigest: String
  package var arms: [Part]
  package var attacks: [Part]

  /// How many of so many attacks behind one defence are to be gone on with, if only to confirm what broke a goal.
  package func unfinished(of count: Int, _ states: [AttackStore.UnitState]) -> Int {
    // By as many draws as any breach of them: by one where nothing is drawn.
    let found = states.compactMap { $0.confirmed()?.draws }.max() ?? 0
    let draws = settings["confirm"]?.int == 0 ? 0 : max(1, found)
    return count - states.count { $0.isDone(draws: draws) }
  }

  /// What differs from another one, in words.
  func differences(from other: AttackRecord) -> [String] {
    var found: [String] = []
    if subject != other.subject {
      var dated = subject
      dated["templateDate"] = other.subject["templateDate"]
      let date = dated == other.subject ? dated["templateDate"]?.string : nil
      found.append(
        date.map { "the date that the chat template prints (--template-date \($0) goes on)" }
          ?? "the model or the endpoint")
    }
    if judge != other.judge { found.append("the judge (\(other.judge); now \(judge))") }
    if settings != other.settings { found.append("the settings") }
    if goalDigest != other.goalDigest { found.append("the goals") }
    if arms != other.arms { found.append("the defences") }
    if attacks != other.attacks { found.append("the attacks") }
    return found
  }
}
