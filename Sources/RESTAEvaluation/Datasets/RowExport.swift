import RESTADocuments

/// Rows of results as JSON Lines or CSV, for other programs.
///
/// Both have one row for each generation and the same fields, in the same order; a text that is left
/// out is null, or an empty field, and its length and SHA-256 stay.
package struct RowExport: Sendable, Hashable {
  /// Which texts are written.
  package enum Texts: String, Sendable, Hashable, Codable, CaseIterable {
    /// Prompts and answers.
    case all
    /// Prompts, and the answers to benign ones.
    case benignAnswers = "benign-answers"
    /// Neither.
    case none
  }

  /// Which texts are written.
  package var texts: Texts

  /// Makes an export.
  ///
  /// - Parameter texts: Which texts are written. Default: no answers to harmful requests.
  package init(texts: Texts = .benignAnswers) { self.texts = texts }

  /// The rows as JSON Lines.
  ///
  /// - Parameter rows: The rows.
  /// - Returns: An object on each line; settings, verdicts and notes are objects in it.
  /// - Complexity: O(text).
  package func jsonLines(_ rows: [GenerationRow]) -> String {
    rows.map { JSONText.object(fields(of: $0)) + "\n" }.joined()
  }

  /// The rows as CSV (RFC 4180), with a header.
  ///
  /// - Parameter rows: The rows.
  /// - Returns: A row each; settings, verdicts and notes are JSON in their fields.
  /// - Complexity: O(text).
  package func csv(_ rows: [GenerationRow]) -> String {
    CSVText.row(Self.names)
      + rows.map { row in
        CSVText.row(
          fields(of: row).map { _, value in
            switch value {
            case .null: ""
            case .string(let text): text
            default: JSONText.value(value)
            }
          })
      }.joined()
  }

  /// The names of the fields, in order.
  static let names = [
    "key", "dataset", "sample", "role", "behavior", "category", "attack", "defense", "kind",
    "settings", "uses_seed", "seed", "label", "verdicts", "failure", "stop_reason",
    "prompt_tokens", "answer_tokens", "passes", "tokens_processed", "seconds", "notes",
    "prompt_bytes", "prompt_sha256", "answer_bytes", "answer_sha256", "prompt", "answer",
  ]

  private func fields(of row: GenerationRow) -> [(String, JSONValue)] {
    let sample = row.sample
    let answer = row.answer
    let showsPrompt = texts != .none
    let showsAnswer = texts == .all || (texts == .benignAnswers && sample.role == .benign)
    let values: [JSONValue] = [
      .string(row.key), .string(row.dataset), .string(sample.id), .string(sample.role.rawValue),
      .optional(sample.behavior), .optional(sample.category), .optional(sample.attack),
      .string(row.defense), .string(row.kind), .object(row.settings), .bool(row.usesSeed),
      // A string in JSON: not every reader keeps 64 bits.
      .string(String(row.seed)), .string(row.label.rawValue), .object(JSONObject(row.verdicts.mapValues(json))),
      .optional(row.failure), .optional(answer?.stopReason), count(answer?.promptTokens),
      count(answer?.tokenIDs.count), count(answer?.passes), count(answer?.tokensProcessed),
      answer.map { .number($0.seconds) } ?? .null, answer.map { .object($0.notes) } ?? .null,
      count(sample.prompt.utf8.count), .string(Digest.sha256(of: sample.prompt)),
      count(answer?.text.utf8.count), .optional(answer.map { Digest.sha256(of: $0.text) }),
      showsPrompt ? .string(sample.prompt) : .null,
      showsAnswer ? .optional(answer?.text) : .null,
    ]
    return Array(zip(Self.names, values))
  }

  private func json(_ verdict: Verdict) -> JSONValue {
    .object([
      "finding": .string(verdict.finding.rawValue), "reason": .string(verdict.reason),
      "details": .object(verdict.details),
    ])
  }

  private func count(_ number: Int?) -> JSONValue { number.map { .integer(Int128($0)) } ?? .null }
}
