import RESTA
import RESTADocuments
import RESTAEvaluation

/// The search by log-probabilities, on the undefended model or on copies with a defence's noise.
///
/// Noise would make the luckiest candidate win: so a candidate is compared with the best so far on the
/// same draws, on 1, then 4, then all of them; it is accepted on a gain of more than a standard error;
/// and it is then scored on new draws: on one half of them the next ones are compared with it, and the
/// other half says how good it is.
struct LikelihoodSearch: AttackProcess {
  let attack: SearchAttack
  let goal: AttackGoal
  let context: AttackContext
  var state: SearchState?
  var tools: Tools?

  /// What is made once for all steps.
  struct Tools {
    let prompt: SearchPrompt
    var oracle: SearchOracle
    /// The copies that vote; 1 without a defence's noise.
    let copies: Int
    let draws: Int
    /// The tokens of a query on one draw.
    let tokens: Int
    var kept = AttackAsker.Kept()
  }

  var snapshot: JSONObject? { state?.snapshot }

  mutating func step(_ asker: AttackAsker) async throws -> Bool {
    guard var state else {
      state = try await look(asker)
      return true
    }
    var tools = try self.tools ?? tools(asker.model, targets: state.targets)
    defer {
      self.tools = tools
      self.state = state
    }
    let best = try tools.prompt.best(&state, of: attack, in: context, on: goal)
    let request = AttackRequest(best.text)
    if state.isWorthAsking, asker.mayTell(state) {
      // An answer needs the room.
      await tools.oracle.release()
      try await attack.ask(request, &state, asker)
      return true
    }
    tools.kept = try attack.kept(for: request, state, by: asker)
    do {
      if let score = state.score, let fresh = state.fresh {
        try await race(against: score, fresh, &state, &tools, asker)
      } else {
        try await rescore(best, &state, &tools, asker)
      }
    } catch let end as BudgetEnd {
      await tools.oracle.release()
      try await attack.askFinally(request, at: end, &state, asker)
    }
    return true
  }

  // MARK: - Steps

  /// Asks the undefended model for the first token of its answer to the goal as it is.
  private func look(_ asker: AttackAsker) async throws -> SearchState {
    let model = try asker.model
    let subject = model.subject(for: AttackRequest(goal.text))
    let ids = try subject.tokenize(goal.text).ids
    try asker.reserve(tokens: ids.count + 1)
    let clock = ContinuousClock()
    let start = clock.now
    let refusal = try await subject.firstToken(behind: ids)
    asker.record(
      AttackRequest(goal.text), answer: nil, finding: nil, tokens: ids.count + 1,
      positions: ids.count, seconds: (clock.now - start) / .seconds(1))
    return SearchState(
      targets: try attack.targets(in: context, otherThan: refusal), refusal: refusal)
  }

  private func tools(_ model: ModelTarget, targets: [TokenID]) throws -> Tools {
    let subject = model.subject(for: AttackRequest(goal.text))
    let prompt = try SearchPrompt(goal.text, of: subject)
    let resta = (model.firstTokenDefense as? RestaDefense)?.defense
    let defense = attack.mode == .defended && resta?.isActive == true ? resta : nil
    return Tools(
      prompt: prompt, oracle: SearchOracle(subject, targets: targets, defense: defense),
      copies: defense?.samples ?? 1, draws: defense == nil ? 1 : attack.draws,
      tokens: prompt.front.count + attack.suffixTokens + prompt.rest.count + 1)
  }

  private func rescore(
    _ best: SearchPrompt.Candidate, _ state: inout SearchState, _ tools: inout Tools,
    _ asker: AttackAsker
  ) async throws {
    let draws = tools.draws == 1 ? 1 : 2 * tools.draws
    try asker.reserve(tokens: draws * tools.tokens, leaving: tools.kept)
    let scores = try await measured([best], 0..<draws, state, &tools)
    guard let score = scores.scores.first else { return }
    let fresh = score[draws - tools.draws..<draws]
    state.score = score[0..<tools.draws]
    state.fresh = fresh
    state.isWorthAsking = fresh.isWon(by: tools.copies)
    state.age = 0
    asker.record(
      AttackRequest(best.text), answer: nil, finding: nil, score: fresh.objective(tools.copies),
      tokens: draws * tools.tokens, positions: scores.positions, seconds: scores.seconds)
  }

  /// Compares a few candidates with the best suffix so far.
  private func race(
    against score: SearchScore, _ fresh: SearchScore, _ state: inout SearchState,
    _ tools: inout Tools, _ asker: AttackAsker
  ) async throws {
    let count = try asker.affordable(
      attack.batch, tokens: tools.draws * tools.tokens, leaving: tools.kept)
    let run = SearchAttack.runLength(at: fresh.probability)
    var random = AttackSeeds.step(state.step + 1, seed: context.seed, goal: goal)
    var candidates: [SearchPrompt.Candidate] = []
    for _ in 0..<count {
      guard let next = try tools.prompt.changed(state.suffix, run: run, using: &random) else {
        break
      }
      candidates.append(next)
    }
    guard !candidates.isEmpty else { throw BudgetEnd(end: .exhausted) }

    let isWon = tools.draws > 1 && fresh.isWon(by: tools.copies)
    var scores = candidates.map { _ in SearchScore() }
    var alive = Array(candidates.indices)
    var (positions, seconds) = (0, 0.0)
    for end in Set([1, min(4, tools.draws), tools.draws]).sorted() {
      let start = scores[alive[0]].logs.count
      let more = try await measured(alive.map { candidates[$0] }, start..<end, state, &tools)
      for (place, index) in alive.enumerated() { scores[index] += more.scores[place] }
      positions += more.positions
      seconds += more.seconds
      alive = alive.filter { scores[$0].gains(over: score, isWon: isWon).mean > 0 }
      if alive.isEmpty { break }
    }
    for (candidate, found) in zip(candidates, scores) {
      asker.record(
        AttackRequest(candidate.text), answer: nil, finding: nil,
        score: found.objective(tools.copies), tokens: found.logs.count * tools.tokens,
        positions: positions / candidates.count, seconds: seconds / Double(candidates.count))
    }
    state.step += 1
    state.age += 1
    let better = alive.map { (index: $0, gains: scores[$0].gains(over: score, isWon: isWon)) }
      .filter { $0.gains.isClearGain }
      .max { $0.gains.mean < $1.gains.mean }
    if let better { state.take(candidates[better.index].suffix) }
    if let better, tools.draws == 1 {
      let found = scores[better.index]
      (state.score, state.fresh) = (found, found)
      state.isWorthAsking = found.isWon(by: 1)
    } else if tools.draws > 1, better != nil || state.age >= SearchAttack.rescoring {
      // What it was chosen on, and what it has stayed on, flatters it.
      state.draws += 1
      state.score = nil
    }
  }

  private func measured(
    _ candidates: [SearchPrompt.Candidate], _ draws: Range<Int>, _ state: SearchState,
    _ tools: inout Tools
  ) async throws -> (scores: [SearchScore], positions: Int, seconds: Double) {
    let clock = ContinuousClock()
    let (start, before) = (clock.now, tools.oracle.positions)
    let scores = try await tools.oracle.scores(
      of: candidates, draws: draws,
      seed: AttackSeeds.comparison(state.draws, seed: context.seed, goal: goal),
      behind: tools.prompt.front.count)
    return (
      scores, tools.oracle.positions - before, (clock.now - start) / .seconds(1)
    )
  }
}
