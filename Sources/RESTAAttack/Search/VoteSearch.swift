import RESTA
import RESTADocuments
import RESTAEvaluation

/// The search by the votes that a defended answer shows: the attacker neither chooses nor knows the noise.
///
/// A candidate that is no worse is asked again, and what counts is the mean of both; the best so far is
/// asked again now and then, so that one that was lucky does not stay for that.
struct VoteSearch: AttackProcess {
  let attack: SearchAttack
  let goal: AttackGoal
  let context: AttackContext
  var state: SearchState?
  var prompt: SearchPrompt?

  var snapshot: JSONObject? { state?.snapshot }

  mutating func step(_ asker: AttackAsker) async throws -> Bool {
    guard var state else {
      // The defence's own refusal tells nothing of the model's, which is asked for again.
      guard
        let first = try await votes(on: goal.text, nil, asker, leaving: AttackAsker.Kept()).first
      else { return true }
      state = SearchState(
        targets: try attack.targets(in: context, otherThan: first), refusal: first)
      return true
    }
    let model = try asker.model
    let prompt =
      try self.prompt
      ?? SearchPrompt(goal.text, of: model.subject(for: AttackRequest(goal.text)))
    self.prompt = prompt
    defer { self.state = state }
    let best = try prompt.best(&state, of: attack, in: context, on: goal)
    let request = AttackRequest(best.text)
    if state.isWorthAsking, asker.mayTell(state) {
      try await attack.ask(request, &state, asker)
      return true
    }
    let kept = try attack.kept(for: request, state, by: asker)
    do {
      if let score = state.votes {
        try await change(prompt, score, &state, asker, leaving: kept)
      } else {
        note(try await votes(on: best.text, state, asker, leaving: kept), &state)
      }
    } catch let end as BudgetEnd {
      try await attack.askFinally(request, at: end, &state, asker)
    }
    return true
  }

  /// Asks for another suffix; twice where it is no worse than the best so far.
  private func change(
    _ prompt: SearchPrompt, _ score: Double, _ state: inout SearchState, _ asker: AttackAsker,
    leaving kept: AttackAsker.Kept
  ) async throws {
    var random = AttackSeeds.step(state.step + 1, seed: context.seed, goal: goal)
    let run = SearchAttack.runLength(at: (score + 1) / 2)
    guard let next = try prompt.changed(state.suffix, run: run, using: &random) else {
      throw BudgetEnd(end: .exhausted)
    }
    let first = try await votes(on: next.text, state, asker, leaving: kept)
    state.step += 1
    state.age += 1
    // Nothing tells suffixes without a vote apart: any of them may be next.
    if first.score == -1, score == -1 {
      state.take(next.suffix)
    } else if first.score >= score {
      // Where the same request meets the same noise there is no second answer.
      var second =
        asker.repeatsAnswers ? first : try await votes(on: next.text, state, asker, leaving: kept)
      second.score = (first.score + second.score) / 2
      if second.score > score {
        state.take(next.suffix)
        note(second, &state)
      }
    } else if state.age >= SearchAttack.rescoring {
      state.votes = nil
    }
  }

  private func note(_ votes: Votes, _ state: inout SearchState) {
    state.votes = votes.score
    state.isWorthAsking = votes.first != state.refusal
    state.age = 0
  }

  private struct Votes {
    /// What the answer begins with; `nil` where the defence refused before the model was seen to.
    var first: TokenID?
    /// The targets' share less the refusal's.
    var score: Double
  }

  /// Asks for the first token of an answer, and how the copies voted on it.
  private func votes(
    on text: String, _ state: SearchState?, _ asker: AttackAsker, leaving kept: AttackAsker.Kept
  ) async throws -> Votes {
    let model = try asker.model
    let request = AttackRequest(text)
    var subject = model.subject(for: request)
    subject.options.maximumTokens = 1
    let cost = try subject.tokenize(text).ids.count + 1
    try asker.reserve(tokens: cost, leaving: kept)
    let answer = try await model.firstTokenDefense.answer(
      text, from: subject,
      seed: AttackSeeds.noise(
        asker.settings.noiseSeed, seed: asker.settings.seed, goal: goal, number: asker.queries,
        request: request))
    // A defence that does not vote shows what the answer begins with, and one that refuses by itself a refusal.
    let first: TokenID? =
      answer.stopReason == DefendedAnswer.rejected
      ? state?.refusal : answer.votes.first?.tokenID ?? answer.tokenIDs.first ?? -1
    let counts =
      answer.votes.first?.counts ?? [VoteRecord.Count(tokenID: first ?? -1, count: 1)]
    let all = max(1, counts.reduce(0) { $0 + $1.count })
    func share(_ tokens: [TokenID]) -> Double {
      let found = counts.filter { tokens.contains($0.tokenID) }
      return Double(found.reduce(0) { $0 + $1.count }) / Double(all)
    }
    let votes = Votes(
      first: first, score: share(state?.targets ?? []) - share([state?.refusal ?? first ?? -1]))
    asker.record(
      request, answer: nil, finding: nil, score: votes.score, tokens: cost,
      positions: answer.tokensProcessed, seconds: answer.seconds)
    return votes
  }
}
