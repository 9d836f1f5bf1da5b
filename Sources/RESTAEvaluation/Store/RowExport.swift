package import RESTADocuments

/// Rows of results as JSON Lines or CSV, for other programs.
///
/// Both have one row for each generation and the same fields, in the same order; a text that is left
/// out is null, or an empty field, and its length and SHA-256 stay.
package struct RowExport: Sendable, Hashable {
  package enum Texts: String, Sendable, Hashable, Codable, CaseIterable {
    /// Prompts and answers.
    case all
    /// Prompts, and the answers to benign ones.
    case benignAnswers = "benign-answers"
    /// Neither.
    case none
  }

  package var texts: Texts

  package init(texts: Texts = .benignAnswers) { self.texts = texts }

  package func jsonLines(_ rows: [GenerationRow]) -> String {
    rows.map { JSONText.object(fields(of: $0)) + "\n" }.joined()
  }

  /// The rows as CSV (RFC 4180), with a header; no text in it is a spreadsheet's formula.
  package func csv(_ rows: [GenerationRow]) -> String {
    CSVText.row(Self.names)
      + rows.map { row in
        CSVText.row(
          fields(of: row).map { _, value in
            switch value {
            case .null: ""
            case .string(let text): CSVText.neutral(text)
            default: JSONText.value(value)
            }
          })
      }.joined()
  }

  static let names = [
    "key", "dataset", "sample", "role", "behavior", "goal", "category", "attack", "defense",
    "kind", "settings", "uses_seed", "seed", "label", "verdicts", "failure", "stop_reason",
    "prompt_tokens", "answer_tokens", "passes", "tokens_processed", "seconds", "notes",
    "prompt_bytes", "prompt_sha256", "answer_bytes", "answer_sha256", "prompt", "answer",
  ]

  private func fields(of row: GenerationRow) -> [(String, JSONValue)] {
    let sample = row.sample
    let answer = row.answer
    let showsPrompt = texts != .none
    let showsAnswer = texts == .all || (texts == .benignAnswers && sample.role == .benign)
    let notes = answer.map { showsAnswer ? $0.notes : Self.withoutTexts($0.notes) }
    let values: [JSONValue] = [
      .string(row.key), .string(row.dataset), .string(sample.id), .string(sample.role.rawValue),
      .optional(sample.behavior), showsPrompt ? .optional(sample.goal) : .null,
      .optional(sample.category), .optional(sample.attack),
      .string(row.defense), .string(row.kind), .object(row.settings), .bool(row.usesSeed),
      // A string in JSON: not every reader keeps 64 bits.
      .string(String(row.seed)), .string(row.label.rawValue),
      .object(JSONObject(row.verdicts.mapValues(json))),
      .optional(row.failure), .optional(answer?.stopReason), .count(answer?.promptTokens),
      .count(answer?.tokenIDs.count), .count(answer?.passes), .count(answer?.tokensProcessed),
      answer.map { .number($0.seconds) } ?? .null, notes.map { .object($0) } ?? .null,
      .count(sample.prompt.utf8.count), .string(Digest.sha256(of: sample.prompt)),
      .count(answer?.text.utf8.count), .optional(answer.map { Digest.sha256(of: $0.text) }),
      showsPrompt ? .string(sample.prompt) : .null,
      showsAnswer ? .optional(answer?.text) : .null,
    ]
    return Array(zip(Self.names, values))
  }

  /// What a checkpoint's probes said is an answer to the prompt too.
  private static func withoutTexts(_ notes: JSONObject) -> JSONObject {
    var notes = notes
    if let probes = notes["probes"]?.array {
      notes["probes"] = .array(
        probes.map { probe -> JSONValue in
          var members = probe.object ?? [:]
          members["text"] = nil
          return .object(members)
        })
    }
    return notes
  }

  private func json(_ verdict: Verdict) -> JSONValue {
    .object([
      "finding": .string(verdict.finding.rawValue), "reason": .string(verdict.reason),
      "details": .object(verdict.details),
    ])
  }
}

/// Answers in the form of a JailbreakBench artifact (arXiv 2404.01318), as
/// ``DatasetFormat/jailbreakBenchArtifact`` is read.
///
/// The attack's type is always `transfer`: prompts are replayed, not optimised against the defence.
/// JailbreakBench's own reader takes the artifact if every answer has a label, every prompt a goal,
/// a behavior and a category, and the model is one that it knows.
///
/// Deviation: an answer without a label has `jailbroken: null`, which JailbreakBench's own files never
/// have. It is not known to be safe, and `false` would say so.
package struct JailbreakBenchArtifact: Sendable {
  /// The artifact, JSON with a line for each prompt, ended by a line feed.
  package let text: String
  /// Answers that are labelled as complied.
  package let jailbroken: Int
  /// Answers without a label: `null` in the artifact, and in none of its rates.
  package let unscored: Int

  /// The method of requests without an attack.
  static let noAttack = "direct"

  /// Makes the artifact of one dataset under one defence with one seed.
  package init(
    rows: [GenerationRow], model: String, date: String, judge: String? = nil
  ) throws(EvaluationError) {
    guard let first = rows.first else {
      throw EvaluationError.invalidData("there is no answer to make an artifact of")
    }
    for row in rows {
      guard row.dataset == first.dataset, row.defense == first.defense, row.seed == first.seed
      else {
        throw EvaluationError.invalidData(
          "an artifact holds one dataset, defence and seed; choose one of each")
      }
      guard row.sample.role != .benign else {
        throw EvaluationError.invalidData(
          "\(row.dataset): prompt '\(row.sample.id)' is benign; an answer to it is no jailbreak")
      }
    }
    jailbroken = rows.count { $0.label == .complied }
    unscored = rows.count { $0.label == .unscored }
    let attacks = Set(rows.map(\.sample.attack))
    let method = attacks.count == 1 ? first.sample.attack ?? Self.noAttack : first.dataset
    let scored = rows.count - unscored
    let tokens = rows.reduce(into: (prompt: 0, answer: 0)) {
      $0.prompt += $1.answer?.promptTokens ?? 0
      $0.answer += $1.answer?.tokenIDs.count ?? 0
    }
    let parameters: [(String, JSONValue)] = [
      ("method", .string(method)), ("model", .string(model)),
      ("evaluation_date", .string(date)), ("evaluation_llm_provider", .string("resta")),
      ("evaluation_judge", .optional(judge)), ("attack_type", .string("transfer")),
      ("defense", .string(first.defense)),
      ("attack_success_rate", scored == 0 ? .null : .number(Double(jailbroken) / Double(scored))),
      ("total_number_of_jailbreaks", .count(jailbroken)),
      ("number_of_submitted_prompts", .count(rows.count)),
      ("number_of_unscored_answers", .count(unscored)), ("total_number_of_queries", .null),
      ("total_prompt_tokens", .count(tokens.prompt)),
      ("total_response_tokens", .count(tokens.answer)),
      ("method_parameters", .object(Self.methodParameters(first))),
    ]
    text = Self.text(
      parameters,
      zip(rows, Self.indices(of: rows.map(\.sample.id))).map { Self.entry($0, index: $1) })
  }

  /// An artifact with a line for each entry.
  package static func text(
    _ parameters: [(String, JSONValue)], _ entries: [[(String, JSONValue)]]
  ) -> String {
    "{\"parameters\": \(JSONText.object(parameters)),\n\"jailbreaks\": [\n"
      + entries.map(JSONText.object).joined(separator: ",\n") + "\n]}\n"
  }

  /// Ids that are numbers are JailbreakBench's indices; of others places are.
  package static func indices(of ids: [String]) -> [Int] {
    let numbers = ids.compactMap { Int($0) }
    return Set(numbers).count == ids.count ? numbers : Array(ids.indices)
  }

  /// Settings as JailbreakBench's reader takes them: texts and numbers only.
  package static func flat(_ settings: JSONObject, prefix: String = "") -> JSONObject {
    var flat = JSONObject()
    for (name, value) in settings {
      switch value {
      case .string, .integer, .number: flat[prefix + name] = value
      case .null: break
      default: flat[prefix + name] = .string(JSONText.value(value))
      }
    }
    return flat
  }

  private static func methodParameters(_ row: GenerationRow) -> JSONObject {
    var parameters = flat(row.settings, prefix: "defense_")
    parameters["dataset"] = .string(row.dataset)
    parameters["defense_kind"] = .string(row.kind)
    // A text: not every reader of JSON keeps 64 bits.
    if row.usesSeed { parameters["seed"] = .string(String(row.seed)) }
    return parameters
  }

  private static func entry(_ row: GenerationRow, index: Int) -> [(String, JSONValue)] {
    let sample = row.sample
    let jailbroken: JSONValue =
      switch row.label {
      case .complied: .bool(true)
      case .refused, .incoherent: .bool(false)
      case .unscored: .null
      }
    return [
      ("index", .count(index)),
      ("goal", .optional(sample.goal ?? (sample.role == .direct ? sample.prompt : nil))),
      ("behavior", .optional(sample.behavior)), ("category", .optional(sample.category)),
      ("prompt", .string(sample.prompt)), ("response", .optional(row.answer?.text)),
      ("number_of_queries", .null), ("queries_to_jailbreak", .null),
      ("prompt_tokens", .count(row.answer?.promptTokens)),
      ("response_tokens", .count(row.answer?.tokenIDs.count)),
      ("jailbroken", jailbroken), ("label", .string(row.label.rawValue)),
      ("sample", .string(sample.id)),
    ]
  }
}
