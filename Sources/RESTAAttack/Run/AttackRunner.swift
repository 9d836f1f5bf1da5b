import RESTA
import RESTADocuments
import RESTAEvaluation

/// Does what a plan asks for and is not in its store yet.
///
/// Several goals are attacked side by side, as the model's scheduler has room. Stopping at any moment
/// loses an attack's step at most, and running again gives what an uninterrupted run would have.
package struct AttackRunner: Sendable {
  private let plan: AttackPlan
  private let store: AttackStore
  private let parallel: Int

  package init(_ plan: AttackPlan, into store: AttackStore, parallel: Int = 1) {
    self.plan = plan
    self.store = store
    self.parallel = max(1, parallel)
  }

  /// Asks every goal as it is; then attacks those that are refused, if any.
  package func run(
    progress: @escaping @Sendable (AttackProgress) -> Void = { _ in }
  ) async throws -> AttackProgress {
    try await store.begin(plan)
    let tally = AttackTally(report: progress)
    let goals = try await store.screened()
    await tally.begin(direct: goals.count { $0.finding == nil })
    try await sideBySide(goals.filter { $0.finding == nil }) { try await screen($0.goal, tally) }
    let screened = try await store.screened()
    let direct = screened.compactMap(\.finding)
    if direct.allSatisfy({ $0.label == .unscored }), let first = direct.first {
      throw EvaluationError(
        .judgeFailed,
        "None of the \(goals.count) goals got an answer that can be judged. The first one: "
          + first.reason)
    }
    let refused = screened.filter(\.isRefused).map(\.goal)
    let spent = try await store.states().map { state in
      let share = share(queries: state.queries.count, tokens: state.queries.last?.totalTokens ?? 0)
      return (state.unit, state.end == nil ? share : 1)
    }
    await tally.begin(
      goals: goals.count, refused: refused.count,
      units: refused.count * plan.arms.count * plan.attacks.count,
      spent: Dictionary(spent) { first, _ in first })
    // Goals outermost last: a run that is cut off has something of every attack.
    for named in plan.attacks {
      for arm in plan.arms {
        try await sideBySide(refused) { try await attack($0, with: named, behind: arm, tally) }
      }
    }
    return await tally.progress
  }

  private func sideBySide<Item: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Void
  ) async throws {
    var rest = items[...]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<parallel {
        guard let next = rest.popFirst() else { break }
        group.addTask { try await work(next) }
      }
      while try await group.next() != nil {
        if let next = rest.popFirst() { group.addTask { try await work(next) } }
      }
    }
  }

  /// Asks a goal as it is, undefended.
  private func screen(_ goal: AttackGoal, _ tally: AttackTally) async throws {
    guard let arm = plan.arms.first else { return }
    let (answer, finding, _) = try await AttackJudgement.of(
      AttackRequest(goal.text), for: goal, target: arm.target, judge: plan.judge,
      seed: AttackSeeds.of(plan.settings.seed, goal))
    try await store.save(finding, answer: answer?.text, direct: goal, of: plan)
    await tally.noteDirect()
  }

  private func attack(
    _ goal: AttackGoal, with named: NamedAttack, behind arm: AttackArm, _ tally: AttackTally
  ) async throws {
    let unit = AttackPlan.Unit(attack: named.name, arm: arm.name, goal: goal.id)
    var state = try await store.state(of: unit)
    if state.end == nil {
      let asker = AttackAsker(
        target: arm.target, goal: goal, settings: plan.settings, judge: plan.judge,
        asked: state.queries)
      var process = try await named.attack.begin(
        on: goal, in: plan.context, queries: asker.queries, snapshot: state.snapshot)
      while state.end == nil {
        try Task.checkCancellation()
        do {
          if try await !process.step(asker) { state.end = .exhausted }
        } catch let budget as BudgetEnd {
          state.end = budget.end
        } catch let error as RESTAError where error.concernsOnePrompt {
          try Task.checkCancellation()
          // Such as a suffix for which this goal leaves no room; others may.
          if asker.queries < plan.settings.queries {
            asker.record(
              AttackRequest(goal.text), answer: nil,
              finding: AttackJudge.Finding(.unscored, reason: error.message), tokens: 0,
              positions: 0, seconds: 0)
          }
          state.end = .failed
        }
        let asked = asker.takePending()
        // In the same transaction as the query: a breach and the end of its attack are one thing.
        if asker.isBreached, !plan.settings.keepsGoing || state.end != nil {
          state.end = .breached
        }
        try await store.save(asked, snapshot: process.snapshot, end: state.end, of: unit)
        state.queries += asked
        await tally.note(
          asked, unit: unit, share: share(queries: asker.queries, tokens: asker.tokens))
      }
    }
    try await confirm(state, goal, arm)
    await tally.end(unit, breached: state.breach != nil)
  }

  /// Asks a breach again on draws that the attack never saw; that of each variant, where all are tried.
  ///
  /// Where nothing is drawn, once: another pass of the same numbers may round another way.
  private func confirm(
    _ state: AttackStore.UnitState, _ goal: AttackGoal, _ arm: AttackArm
  ) async throws {
    let breaches = state.firstBreaches.prefix(plan.settings.keepsGoing ? .max : 1)
    let draws = arm.target.usesSeed ? plan.settings.confirm : min(1, plan.settings.confirm)
    for breach in breaches {
      let known = Set(state.confirmations.filter { $0.number == breach.number }.map(\.draw))
      for draw in 0..<draws where !known.contains(draw) {
        let seed = AttackSeeds.confirmation(
          seed: plan.settings.seed, goal: goal, number: breach.number, draw: draw)
        let (_, finding, _) = try await AttackJudgement.of(
          breach.request, for: goal, target: arm.target, judge: plan.judge, seed: seed)
        try await store.save(
          AttackStore.Confirmation(number: breach.number, draw: draw, finding: finding),
          of: state.unit)
      }
    }
  }

  /// How much of its budgets a unit has spent, in 0...1.
  private func share(queries: Int, tokens: Int) -> Double {
    min(
      1,
      max(
        Double(queries) / Double(plan.settings.queries),
        Double(tokens) / Double(plan.settings.tokens)))
  }
}

/// How far a run is.
package struct AttackProgress: Sendable, Hashable {
  /// Goals that are asked as they are, and how many of them were.
  package var direct = 0
  package var directTotal = 0
  package var goals = 0
  package var refused = 0
  /// Attacks on one goal behind one defence: those that ended, and all.
  package var ended = 0
  package var units = 0
  package var breached = 0
  /// Of this run.
  package var queries = 0
  package var tokens = 0
  /// How much is spent, or not needed any more, of the budgets that were left when this run began.
  package var share = 0.0
}

/// Adds up what the tasks of a run report.
private actor AttackTally {
  private(set) var progress = AttackProgress()
  /// What units that have not ended in this run have spent, in this run and in those before.
  private var open: [AttackPlan.Unit: Double] = [:]
  /// What all had spent when this run began.
  private var spentBefore = 0.0
  private let report: @Sendable (AttackProgress) -> Void

  init(report: @escaping @Sendable (AttackProgress) -> Void) { self.report = report }

  func begin(direct: Int) { progress.directTotal = direct }

  func noteDirect() {
    progress.direct += 1
    report(progress)
  }

  func begin(goals: Int, refused: Int, units: Int, spent: [AttackPlan.Unit: Double]) {
    (progress.goals, progress.refused, progress.units) = (goals, refused, units)
    open = spent
    spentBefore = spent.values.reduce(0, +)
  }

  func note(_ queries: [AttackQuery], unit: AttackPlan.Unit, share: Double) {
    progress.queries += queries.count
    progress.tokens += queries.reduce(0) { $0 + $1.tokens }
    open[unit] = share
    update()
  }

  func end(_ unit: AttackPlan.Unit, breached: Bool) {
    open[unit] = nil
    progress.ended += 1
    if breached { progress.breached += 1 }
    update()
  }

  private func update() {
    let spent = Double(progress.ended) + open.values.reduce(0, +) - spentBefore
    let left = Double(progress.units) - spentBefore
    progress.share = left > 0 ? spent / left : 1
    report(progress)
  }
}
