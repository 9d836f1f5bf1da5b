import Foundation
package import RESTA
package import RESTADocuments
package import RESTAEvaluation

/// Random search for a suffix that makes the first token of a compliant answer likely (in the manner of
/// arXiv 2404.02151): tokens are replaced at random, and what scores better stays.
///
/// A candidate that is scored is a query. It is scored as text: a suffix whose text has other tokens in
/// the prompt is dropped unasked.
package struct SearchAttack: Attack {
  /// What scores a candidate.
  package enum Mode: String, Sendable, Hashable, CaseIterable {
    /// The undefended model's log-probability.
    case undefended
    /// The log-probabilities of copies with the defence's own noise, of draws that the attack makes;
    /// where a defence has none, as ``undefended``.
    case defended
    /// The votes on the first token of a defended answer.
    case votes
  }

  package var mode = Mode.undefended
  package var suffixTokens = 12
  package var target: String?
  package var draws = 16
  package var batch = 4
  package var finalAnswers = 4

  package var knows: AttackKnowledge { mode == .votes ? .votes : Self.knows }

  package static let kind = "search"
  package static let sentence =
    "Random search for a suffix by log-probabilities of the answer's first token, or by votes."
  package static let knows = AttackKnowledge.logprobs
  package static let needsModel = true
  package static let defaults = SearchAttack()
  package static let table: [Setting<SearchAttack>] = [
    Setting(
      "mode", \.mode, .choice(),
      "What scores a suffix: the undefended model, copies with the defence's noise, or its votes.",
      default: "undefended", isAlwaysStored: true),
    Setting(
      "suffix_tokens", \.suffixTokens, .integer(1...256), "The suffix's length in tokens.",
      default: "12", isAlwaysStored: true),
    Setting(
      "target", \.target, .optional(.text),
      "A word whose first token the answer is to begin with.",
      default: "any that answers to a few benign prompts begin with", isAlwaysStored: true),
    Setting(
      "draws", \.draws, .integer(2...256),
      "Draws of noise that a suffix is accepted on, after it was better on 1 and on 4.",
      default: "16", isAlwaysStored: true),
    Setting(
      "batch", \.batch, .integer(1...64), "Candidates that are scored in one pass.",
      default: "4", isAlwaysStored: true),
    Setting(
      "final_answers", \.finalAnswers, .integer(0...256),
      "Queries kept for the end: answers to the best suffix, each on another draw.",
      default: "4", isAlwaysStored: true),
  ]

  package func validate() throws(EvaluationError) {
    let unused = [
      ("draws", mode != .defended && draws != Self.defaults.draws),
      ("batch", mode == .votes && batch != Self.defaults.batch),
    ].filter(\.1).map(\.0)
    guard unused.isEmpty else {
      throw EvaluationError.invalidConfiguration(
        "search: 'mode: \(mode.rawValue)' has no use for \(unused.joined(separator: " and ")): "
          + "leave it out.")
    }
  }

  package func begin(
    on goal: AttackGoal, in context: AttackContext, queries: Int, snapshot: JSONObject?
  ) throws -> any AttackProcess {
    let state = try SearchState(snapshot)
    return mode == .votes
      ? VoteSearch(attack: self, goal: goal, context: context, state: state)
      : LikelihoodSearch(attack: self, goal: goal, context: context, state: state)
  }

  /// The tokens of which the answer is to begin with one, without that where the goal is asked as it is.
  ///
  /// Several words are nearer than one: a goal has its own way to begin.
  func targets(in context: AttackContext, otherThan first: TokenID) throws -> [TokenID] {
    if let target, let tokenizer = context.tokenizer {
      guard let token = try tokenizer.tokenize(Array(target.utf8), parsesControl: false).first
      else {
        throw EvaluationError.invalidConfiguration("search.target must not be empty.")
      }
      return [token]
    }
    let tokens = context.openings.filter { token in
      let bytes = context.tokenizer?.bytes(of: token) ?? []
      let word = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      return token != first && !Self.evasive.contains(word.lowercased())
    }
    guard !tokens.isEmpty else {
      throw EvaluationError.invalidConfiguration(
        "Benign answers of this model begin as its refusals do: say what an answer is to begin with, "
          + "such as --set search.target=Sure.")
    }
    return tokens
  }
}

extension SearchAttack {
  /// What is kept of the budgets for answers to the best suffix at the end: at most half of each.
  ///
  /// Where another answer to it would be the same: one query for that of a better one, and not the last of all.
  func kept(
    for best: AttackRequest, _ state: SearchState, by asker: AttackAsker
  ) throws -> AttackAsker.Kept {
    let isLast = asker.settings.queries - asker.queries <= 1 && !asker.mayTell(state)
    let worst = try max(1, asker.target.worstCase(of: best))
    let most = min(finalAnswers, asker.settings.queries / 2, asker.settings.tokens / 2 / worst)
    let queries = asker.repeatsAnswers ? min(isLast ? 0 : 1, most) : most
    return AttackAsker.Kept(queries: queries, tokens: queries * worst)
  }

  /// Asks for an answer to the best suffix.
  func ask(_ best: AttackRequest, _ state: inout SearchState, _ asker: AttackAsker) async throws {
    state.isWorthAsking = false
    try await asker.ask(best)
    state.isAsked = true
  }

  /// Asks for an answer to the best suffix once nothing more can be scored: what was never asked broke nothing.
  ///
  /// - Throws: `end` where that has been done as often as it can tell anything.
  func askFinally(
    _ best: AttackRequest, at end: BudgetEnd, _ state: inout SearchState, _ asker: AttackAsker
  ) async throws {
    guard finalAnswers > 0, asker.mayTell(state) else { throw end }
    try await ask(best, &state, asker)
  }

  /// How many neighbouring tokens are replaced: fewer, the nearer the goal is.
  static func runLength(at probability: Double) -> Int {
    probability <= 0.01 ? 4 : probability <= 0.1 ? 2 : 1
  }

  /// What refusals begin with as often as other answers.
  static let evasive: Set<String> = ["i", "as", "it", "no", "sorry", "unfortunately"]

  /// Every so many steps what is best so far is scored again.
  static let rescoring = 25
}

extension AttackContext {
  /// What the model's answers to a few benign prompts of our own begin with, most often first.
  static func openings(of subject: Subject) async throws -> [TokenID] {
    let prompts = try Dataset.builtIn(
      .benign, selection: DatasetSelection(split: .test, limit: 12))
    var counts: [TokenID: Int] = [:]
    for sample in prompts.samples {
      let token = try await subject.firstToken(behind: subject.tokenize(sample.prompt).ids)
      if !subject.model.tokenizer.isEndOfGeneration(token) { counts[token, default: 0] += 1 }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }
}

extension Subject {
  /// What a greedy answer begins with.
  func firstToken(behind prompt: [TokenID]) async throws -> TokenID {
    let segment = ForwardSegment(sequence: 0, input: .tokens(prompt))
    let tokens: [TokenID] = try await model.reserve(sequences: 1, cells: prompt.count).use {
      try await $0.forward([segment]) { _, logits in TokenID(try Logits.argmax(logits)) }
    }
    return tokens.first ?? 0
  }
}

extension AttackSeeds {
  /// What a step of a search draws.
  static func step(_ step: Int, seed: UInt64, goal: AttackGoal) -> DefenseRandom {
    DefenseRandom(
      seed: of(seed, goal), purpose: .search, lane: UInt32(truncatingIfNeeded: step))
  }

  /// The noise that candidates are compared on: of a purpose of its own, so that no answer has it.
  static func comparison(_ number: Int, seed: UInt64, goal: AttackGoal) -> UInt64 {
    var random = DefenseRandom(
      seed: of(seed, goal), purpose: .searchNoise, lane: UInt32(truncatingIfNeeded: number))
    return random.next() >> 11
  }
}
