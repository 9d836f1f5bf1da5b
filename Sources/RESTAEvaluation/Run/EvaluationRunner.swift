import RESTA

/// Does what a plan asks for and is not in the store yet.
///
/// Answers are generated several at a time, as the model's scheduler has room; each is written down
/// before its judges see it. Stopping at any moment loses only what was being generated.
package struct EvaluationRunner: Sendable {
  package var plan: EvaluationPlan
  package var store: EvaluationStore
  package var subject: Subject
  package var judges: [any Judge]
  /// How many answers are generated at a time.
  package var parallel = 1
  /// Whether judges are asked again about what they could not tell.
  package var retriesUnscored = false
  /// Whether no other answer is begun, for time has run out, say.
  package var isSpent: @Sendable () -> Bool = { false }

  /// Generates and judges what is missing.
  package func run(
    progress: @Sendable (RunProgress) -> Void = { _ in }
  ) async throws -> RunProgress {
    var work = try await pending()
    var state = RunProgress(
      done: 0, total: work.count, failed: 0, unscored: 0,
      weightDone: 0, weightTotal: work.reduce(0) { $0 + $1.weight })
    progress(state)
    work.reverse()
    try await withThrowingTaskGroup(of: WorkResult.self) { group in
      for _ in 0..<max(1, parallel) {
        guard !isSpent(), let next = work.popLast() else { break }
        group.addTask { try await perform(next) }
      }
      while let result = try await group.next() {
        state.done += 1
        state.known += result.isKnown ? 1 : 0
        state.failed += result.failed ? 1 : 0
        state.unscored += result.unscored
        state.weightDone += result.weight
        progress(state)
        if !isSpent(), let next = work.popLast() { group.addTask { try await perform(next) } }
      }
    }
    return state
  }

  /// One generation and the items that wait for it.
  private struct Work {
    let key: String
    let items: [EvaluationPlan.Item]
    /// The answer, where it is there already and only judges are missing.
    let answer: EvaluationStore.Answer?
    /// The judges that are missing, by the item's place in ``items``.
    let missing: [[any Judge]]
    /// What it costs, roughly, in positions to compute.
    let weight: Double
  }

  private struct WorkResult {
    var isKnown = false
    var failed = false
    var unscored = 0
    var weight = 0.0
  }

  private func pending() async throws -> [Work] {
    let answers = try await store.answers()
    let verdicts = try await store.verdicts()
    let weights = WorkWeights(plan: plan, subject: subject)
    return plan.items.grouped(by: \.key).compactMap { key, items in
      let answer = answers[key]
      let missing = items.map { item in
        judges.filter { judge in
          let verdict = verdicts[
            EvaluationStore.VerdictKey(
              key: key, dataset: item.dataset, sample: item.sample.id, judge: judge.id)]
          return verdict == nil || (retriesUnscored && verdict?.finding == .unscored)
        }
      }
      // A failed generation has nothing to judge.
      if case .failed = answer { return nil }
      guard answer == nil || missing.contains(where: { !$0.isEmpty }) else { return nil }
      return Work(
        key: key, items: items, answer: answer, missing: missing,
        weight: answer == nil ? items.first.map(weights.weight) ?? 1 : 1)
    }
  }

  private func perform(_ work: Work) async throws -> WorkResult {
    var result = WorkResult(weight: work.weight)
    let answer: EvaluationStore.Answer
    if let known = work.answer {
      answer = known
      result.isKnown = true
    } else if let item = work.items.first {
      answer = try await generate(item)
      try await store.save(answer, key: work.key)
    } else {
      return result
    }
    guard case .answered(let answered) = answer else {
      result.failed = true
      return result
    }
    for (item, judges) in zip(work.items, work.missing) {
      let question = JudgeQuestion(
        sample: item.sample, answer: answered.text, tokenIDs: answered.tokenIDs,
        rejected: answered.stopReason == DefendedAnswer.rejected)
      for judge in judges {
        let verdict = try await judge.judge(question)
        if verdict.finding == .unscored { result.unscored += 1 }
        try await store.save(verdict, judge: judge.id, of: item)
      }
    }
    return result
  }

  private func generate(_ item: EvaluationPlan.Item) async throws -> EvaluationStore.Answer {
    guard let entry = plan.defenses.first(where: { $0.name == item.defense }) else {
      return .failed("the plan has no defence '\(item.defense)'")
    }
    do {
      return .answered(
        try await entry.defense.answer(
          item.sample.prompt, from: subject, seed: item.effectiveSeed))
    } catch let error as RESTAError where error.concernsOnePrompt {
      try Task.checkCancellation()
      return .failed(error.message)
    }
  }
}

extension RESTAError {
  /// Whether this prompt would give the error each time, and others need not.
  package var concernsOnePrompt: Bool {
    [
      .contextExceeded, .invalidMessages, .templateFailed, .nonFiniteOutput, .windowNotReached,
      .windowNeverOpened,
    ].contains(code)
  }
}

/// How far a run is.
public struct RunProgress: Sendable, Hashable {
  /// Generations that were done in this run: made, or judged where they were there.
  public var done: Int
  /// Generations that this run has to do.
  public var total: Int
  /// Those of the done that were there already, and only judged.
  package var known = 0
  /// Generations without an answer.
  public var failed: Int
  /// Verdicts that say nothing.
  public var unscored: Int
  /// The cost of what was done, in positions to compute, roughly.
  public var weightDone: Double
  /// The cost of all.
  public var weightTotal: Double

  /// The share of the cost that is done, 0...1.
  public var share: Double { weightTotal > 0 ? min(1, weightDone / weightTotal) : 1 }
}

/// Compares answers to benign prompts with the baseline's.
struct PreferenceRunner: Sendable {
  let store: EvaluationStore
  let baseline: String
  let judges: [PairwiseJudge]
  var retriesUnscored = false

  /// Makes the comparisons that are missing, one after the other.
  func run(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws {
    guard !judges.isEmpty else { return }
    let rows = try await store.rows(judges: [])
    let known = Set(
      try await store.preferences()
        .filter { !retriesUnscored || $0.verdict.preference != nil }.map(\.place))
    let base = rows.filter { $0.defense == baseline }
    var baselines: [PromptID: [UInt64: String]] = [:]
    for row in base { baselines[row.prompt, default: [:]][row.seed] = row.answer?.text }
    let first = base.map(\.seed).min() ?? 0
    let isSeeded = base.contains(where: \.usesSeed)
    var work: [(PairwiseJudge, GenerationRow, String, EvaluationStore.VerdictKey)] = []
    for row in rows where row.defense != baseline && row.sample.role == .benign {
      // Under the same seed, where both sides have one: a part that lacks that answer compares with no other.
      let seed = isSeeded && row.usesSeed ? row.seed : first
      guard row.answer != nil, let other = baselines[row.prompt]?[seed] else { continue }
      for judge in judges {
        let place = EvaluationStore.VerdictKey(
          key: row.key, dataset: row.dataset, sample: row.sample.id, judge: judge.id)
        if !known.contains(place) { work.append((judge, row, other, place)) }
      }
    }
    for (done, (judge, row, other, place)) in work.enumerated() {
      progress(done, work.count)
      let verdict = try await judge.compare(
        row.answer?.text ?? "", with: other, prompt: row.sample.prompt)
      try await store.save(verdict, at: place)
    }
    progress(work.count, work.count)
  }
}
