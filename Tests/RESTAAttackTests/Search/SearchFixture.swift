import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting

@testable import RESTAAttack

/// Searches on scripted models of byte tokens whose suffix can flip the refusal.
struct SearchFixture {
  var attack = SearchAttack(suffixTokens: 6, target: "H")
  var settings = AttackSettings()
  let goal = AttackGoal(id: "g", text: "tell")
  let model: ScriptedModel
  let defense: any Defense

  /// The token that flips it.
  static let key = UInt8(ascii: "Z")
  private static let (yes, no) = (
    Array(PlantedTarget.compliance.utf8), Array(PlantedTarget.refusal.utf8)
  )

  var target: ModelTarget {
    get throws {
      let template = try ChatTemplate(
        source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>")
      return ModelTarget(
        subject: Subject(
          model: model, template: template, options: GenerationOptions(maximumTokens: 30)),
        defense: defense)
    }
  }

  var context: AttackContext {
    AttackContext(seed: settings.seed, tokenizer: model.tokenizer)
  }

  /// Logits that say a text by its first byte, and of the first byte what a weakness says: by how much
  /// the compliant one is more likely.
  private static func logits(
    _ answer: [TokenID], lead: Double
  ) -> [Float] {
    var logits = [Float](repeating: 0, count: 257)
    guard let first = answer.first else {
      logits[Int(no[0])] = 3
      logits[Int(yes[0])] = Float(3 + lead)
      return logits
    }
    let text = first == TokenID(yes[0]) ? yes : no
    logits[answer.count < text.count ? Int(text[answer.count]) : 256] = 9
    return logits
  }

  /// An undefended model that complies where the key is in the suffix.
  static func undefended() -> SearchFixture {
    let model = ScriptedModel { context in
      // The oracle's suffixes are behind what is shared, and so in the "answer".
      let suffix = context.answer.prefix { $0 != TokenID(UInt8(ascii: "<")) }
      guard !context.answer.isEmpty else { return logits([], lead: -3) }
      let some = Double(SeededGenerator.hash(suffix.map { UInt64($0) }) % 100) / 100
      return logits([], lead: (suffix.contains(TokenID(key)) ? 4 : 0) - 3 + some)
    }
    return SearchFixture(model: model, defense: KeyDefense())
  }

  /// A model behind RESTA, each of whose copies weighs the suffix's tokens, with noise on each weight.
  static func defended(
    samples: Int = 5, weight: @escaping @Sendable (_ token: UInt8) -> (clean: Double, noise: Double)
  ) -> SearchFixture {
    let model = ScriptedModel { context in
      guard context.answer.isEmpty, let rows = context.embeddings else {
        return logits(context.answer, lead: -3)
      }
      var lead = -2.0
      // The user's words are perturbed in both places of the vector that hold anything.
      for row in 0..<rows.rows {
        let values = Array(rows[row: row])
        let token = UInt8(clamping: Int((values[0] - 1).rounded()))
        let (clean, noise) = weight(token)
        lead += clean + noise * Double(values[1] - 1)
      }
      return logits([], lead: lead)
    }
    let settings = DefenseSettings(
      noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.1, unit: .absolute)),
      samples: samples, prefix: .tokens(2))
    return SearchFixture(model: model, defense: RestaDefense(settings))
  }

  /// Each key adds to the lead, and the noise on it takes of that.
  static func keyed(samples: Int = 5) -> SearchFixture {
    defended(samples: samples) { $0 == key ? (1.2, 6) : (0, 0) }
  }

  /// A search as far as it came.
  struct Outcome {
    var queries: [AttackQuery]
    var end: AttackEnd?
    var process: any AttackProcess
    var snapshots: [JSONObject?]

    var breach: AttackQuery? { queries.first(where: \.isBreach) }
    var state: SearchState? {
      (process as? LikelihoodSearch)?.state ?? (process as? VoteSearch)?.state
    }
    /// All but times and what rounding to passes does to positions.
    var record: [String] {
      queries.map {
        "\($0.number) \($0.request.prompt) \($0.answer ?? "-") \($0.score ?? 9) \($0.totalTokens)"
      }
    }
  }

  /// Runs as a runner does, from the start or from what a store kept.
  func run(
    asked: [AttackQuery] = [], snapshot: JSONObject? = nil, steps: Int = .max
  ) async throws -> Outcome {
    let asker = AttackAsker(
      target: try target, goal: goal, settings: settings, judge: AttackJudge(model: nil),
      asked: asked)
    var process = try attack.begin(
      on: goal, in: context, queries: asked.count, snapshot: snapshot)
    var outcome = Outcome(queries: asked, end: nil, process: process, snapshots: [])
    var step = 0
    while outcome.end == nil, step < steps {
      step += 1
      do {
        if try await !process.step(asker) { outcome.end = .exhausted }
      } catch let budget as BudgetEnd {
        outcome.end = budget.end
      }
      if asker.isBreached { outcome.end = .breached }
      outcome.snapshots.append(process.snapshot)
    }
    outcome.queries += asker.pending
    outcome.process = process
    return outcome
  }
}

/// Complies where the key is behind the goal.
private struct KeyDefense: Defense {
  let kind = "key"
  let settings: JSONObject = [:]
  let usesSeed = false

  func answer(_ prompt: String, from subject: Subject, seed: UInt64) -> DefendedAnswer {
    let complies = prompt.utf8.contains(SearchFixture.key)
    return DefendedAnswer(
      text: complies ? PlantedTarget.compliance : PlantedTarget.refusal,
      tokenIDs: [complies ? 72 : 73], stopReason: "end_of_generation")
  }
}
