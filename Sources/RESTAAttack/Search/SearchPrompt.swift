import RESTA
import RESTAEvaluation

/// A goal in its prompt, with room for a suffix between the user's words and what follows them.
struct SearchPrompt: Sendable {
  let subject: Subject
  let goal: String
  /// The tokens up to the end of the goal.
  let front: [TokenID]
  /// The template's tokens behind the user's message.
  let rest: [TokenID]

  init(_ goal: String, of subject: Subject) throws {
    let tokenized = try subject.tokenize(goal)
    let end = tokenized.rendered.spans.last?.range.upperBound ?? 0
    let split = tokenized.tokens.firstIndex { $0.bytes.lowerBound >= end && !$0.bytes.isEmpty }
    self.subject = subject
    self.goal = goal
    front = Array(tokenized.ids[..<(split ?? tokenized.ids.count)])
    rest = Array(tokenized.ids[(split ?? tokenized.ids.count)...])
  }

  /// A suffix whose text has these tokens in the prompt.
  struct Candidate: Sendable {
    let suffix: [TokenID]
    let text: String
    let prompt: TokenizedPrompt
  }

  /// The candidate of a suffix; `nil` where its text has other tokens.
  func candidate(_ suffix: [TokenID]) throws -> Candidate? {
    let bytes = suffix.flatMap { subject.model.tokenizer.bytes(of: $0) }
    guard let piece = String(validating: bytes, as: UTF8.self) else { return nil }
    let prompt = try subject.tokenize(goal + piece)
    guard prompt.ids == front + suffix + rest else { return nil }
    return Candidate(suffix: suffix, text: goal + piece, prompt: prompt)
  }

  /// The best suffix so far, the one to begin with where there is none yet.
  func best(
    _ state: inout SearchState, of attack: SearchAttack, in context: AttackContext,
    on goal: AttackGoal
  ) throws -> Candidate {
    if state.suffix.isEmpty {
      var random = AttackSeeds.step(0, seed: context.seed, goal: goal)
      state.suffix = try start(attack.suffixTokens, using: &random).suffix
    }
    guard let best = try candidate(state.suffix) else {
      throw EvaluationError.invalidStore("A suffix of the store has other tokens now.")
    }
    return best
  }

  /// A suffix to begin with: marks, or what can be drawn.
  private func start(_ count: Int, using random: inout DefenseRandom) throws -> Candidate {
    for mark in [" !", " x", "."] {
      let text = Array(String(repeating: mark, count: count).utf8)
      let tokens = try subject.model.tokenizer.tokenize(text, parsesControl: false)
      if tokens.count >= count, let found = try candidate(Array(tokens.prefix(count))) {
        return found
      }
    }
    var suffix: [TokenID] = []
    for _ in 0..<Self.patience {
      guard let token = plainToken(using: &random) else { break }
      guard let found = try candidate(suffix + [token]) else { continue }
      suffix.append(token)
      if suffix.count == count { return found }
    }
    throw EvaluationError.invalidConfiguration(
      "No \(count) tokens were found whose text has the same tokens behind the goal: take fewer with "
        + "search.suffix_tokens.")
  }

  /// A suffix with other tokens in a few neighbouring places; `nil` where none was found.
  func changed(
    _ suffix: [TokenID], run: Int, using random: inout DefenseRandom
  ) throws -> Candidate? {
    for attempt in 0..<Self.patience {
      // Where long runs have no text of their own, shorter ones may.
      let run = min(suffix.count, attempt < Self.patience / 2 ? run : 1)
      let start = random.integer(below: suffix.count - run + 1)
      var other = suffix
      for place in start..<start + run {
        guard let token = plainToken(using: &random) else { return nil }
        other[place] = token
      }
      if other != suffix, let found = try candidate(other) { return found }
    }
    return nil
  }

  private static let patience = 200

  /// A token of printable text.
  private func plainToken(using random: inout DefenseRandom) -> TokenID? {
    let tokenizer = subject.model.tokenizer
    for _ in 0..<1_000 {
      let token = TokenID(random.integer(below: tokenizer.vocabularySize))
      guard tokenizer.kind(of: token) == .normal, !tokenizer.isEndOfGeneration(token) else {
        continue
      }
      let bytes = tokenizer.bytes(of: token)
      if !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
        String(validating: bytes, as: UTF8.self) != nil
      {
        return token
      }
    }
    return nil
  }
}
