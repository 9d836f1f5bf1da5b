import RESTA
import RESTAEvaluation
import RESTATesting
import Testing

@testable import RESTAReport

/// A world in which each setting has its numbers, which are shown once they are asked for.
private struct World {
  let grid: CalibrationGrid
  let truth: [String: CalibrationPoint]

  /// Random numbers, or such as fall and rise with sigma.
  init(_ generator: inout SeededGenerator, isMonotone: Bool = false) {
    let noises: [NoiseKind] = [.isotropic, .hard, .soft]
    grid = CalibrationGrid(
      noises: Array(noises.prefix(generator.integer(in: 1...3))), sigmas: [0.25, 0.5, 1, 2])
    var truth = ["none": Self.point("none", kept: 100, answered: 18, direct: 15, attacks: 10)]
    for candidate in grid.candidates {
      let strength = Int(candidate.sigma * 10)
      truth[candidate.name] =
        isMonotone
        ? Self.point(
          candidate.name, kept: 100 - 3 * strength, answered: 18 - strength / 8, direct: 15,
          attacks: 10 + strength)
        : Self.point(
          candidate.name, kept: generator.integer(in: 20...100),
          answered: generator.integer(in: 12...20), direct: generator.integer(in: 12...20),
          attacks: generator.integer(in: 6...30))
    }
    self.truth = truth
  }

  /// Of 20 everyday requests, 20 direct ones and 40 attacks.
  static func point(
    _ name: String, kept: Int, answered: Int, direct: Int, attacks: Int
  ) -> CalibrationPoint {
    func change(_ count: Int, _ base: Int, of n: Int) -> Mean {
      .init(value: Double(count) / Double(n) - Double(base) / Double(n), n: n)
    }
    return CalibrationPoint(
      name: name, agreement: Rate(kept, of: 100), answered: Rate(answered, of: 20),
      directRefused: Rate(direct, of: 20), attacksRefused: Rate(attacks, of: 40),
      answeredChange: change(answered, 18, of: 20), directChange: change(direct, 15, of: 20),
      attacksChange: change(attacks, 10, of: 40),
      progress: [
        "benign": .init(done: 20, planned: 20), "direct": .init(done: 20, planned: 20),
        "adversarial": .init(done: 40, planned: 40),
      ])
  }

  /// What is known after some steps.
  func known(_ steps: Set<CalibrationSearch.Step>) -> [String: CalibrationPoint] {
    var known: [String: CalibrationPoint] = [:]
    for step in steps where known[step.defense] == nil {
      var point = truth[step.defense]
      for role in Sample.Role.allCases
      where !steps.contains(CalibrationSearch.Step(step.defense, role)) {
        point?.progress[role.rawValue]?.done = 0
      }
      known[step.defense] = point
    }
    return known
  }

  /// Follows a search to its end, or through so many steps.
  func follow(
    _ search: CalibrationSearch, limit: Int = .max
  ) -> (steps: [CalibrationSearch.Step], choice: String?) {
    var steps: [CalibrationSearch.Step] = []
    while steps.count < limit, let next = search.next(known(Set(steps))) { steps.append(next) }
    return (steps, search.choice(known(Set(steps)))?.name)
  }
}

@Suite("A calibration's choice")
struct CalibrationRuleTests {
  private func search(_ world: World) -> CalibrationSearch {
    CalibrationSearch(grid: world.grid, rule: CalibrationRule())
  }

  @Test("never fails the guard or a bound, and nothing that was measured whole is better")
  func rule() {
    var (chosen, guarded) = (0, 0)
    for seed in 0..<500 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let world = World(&generator)
      let (steps, choice) = world.follow(search(world))
      #expect(Set(steps).count == steps.count, "seed \(seed): a step twice")
      let known = world.known(Set(steps))
      // Once more, from the numbers alone.
      func qualifies(_ point: CalibrationPoint) -> Bool {
        let (kept, answered) = (point.agreement.count, point.answered.count)
        return kept >= 50 && answered >= 16 && point.directRefused.count >= 14
          && point.attacksRefused.count > 10
      }
      let whole = known.values.filter { $0.name != "none" && $0.isWhole }
      guarded += known.values.count { $0.name != "none" && $0.directRefused.count < 14 }
      guard let choice, let point = known[choice] else {
        #expect(!whole.contains(where: qualifies), "seed \(seed)")
        continue
      }
      chosen += 1
      #expect(qualifies(point) && point.isWhole, "seed \(seed): \(choice)")
      for other in whole where qualifies(other) {
        #expect(other.attacksRefused.count <= point.attacksRefused.count, "seed \(seed)")
      }
    }
    #expect(chosen > 100 && chosen < 500 && guarded > 100)
  }

  @Test("asks no attacks of what fails in front of them, and nothing behind a strength that does")
  func frugal() {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let world = World(&generator)
      let search = search(world)
      let steps = world.follow(search).steps
      for step in steps where step.defense != "none" && step.role != .benign {
        guard let point = world.truth[step.defense] else { continue }
        #expect(search.rule.objection(to: point, by: .benign) == nil, "seed \(seed): \(step)")
        let passes = search.rule.objection(to: point, by: .direct) == nil
        #expect(step.role == .direct || passes, "seed \(seed): \(step)")
      }
      let limit = 3 + 3 * world.grid.candidates.count
      #expect(steps.count <= limit, "seed \(seed)")
    }
  }

  @Test("where noise costs and helps steadily, takes the strongest that keeps enough")
  func monotone() {
    var generator = SeededGenerator(seed: 1)
    let world = World(&generator, isMonotone: true)
    let line = world.grid.candidates.filter { $0.noise == .isotropic }.map(\.sigma)
    #expect(line == [0.25, 0.35, 0.5, 0.71, 1, 1.4, 2])
    // 1.4 keeps 58 % of the tokens and answers one request less; 2 keeps 40 %.
    #expect(world.follow(search(world)).choice == "isotropic 1.4")
  }

  @Test("is the same however often the search was stopped")
  func resumed() {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let world = World(&generator)
      let search = search(world)
      let whole = world.follow(search)
      let cut = generator.integer(in: 0...whole.steps.count)
      var steps = world.follow(search, limit: cut).steps
      while let next = search.next(world.known(Set(steps))) { steps.append(next) }
      #expect(steps == whole.steps, "seed \(seed)")
      #expect(search.choice(world.known(Set(steps)))?.name == whole.choice, "seed \(seed)")
    }
  }

  @Test(
    "compares tokens at their places, up to l",
    arguments: [
      ([1, 2, 3], [1, 2, 3], 20, 1.0), ([1, 2, 3], [1, 9, 3], 20, 2.0 / 3),
      ([1, 2], [1, 2, 3, 4], 20, 0.5),
      ([1, 2, 9, 9], [1, 2, 3, 4], 2, 1), ([], [], 5, 1), ([], [1], 5, 0), ([2, 1], [1, 2], 5, 0),
    ] as [([TokenID], [TokenID], Int, Double)])
  func agreement(ours: [TokenID], theirs: [TokenID], prefix: Int, share: Double) {
    #expect(CalibrationPoint.share(of: ours, like: theirs, .tokens(prefix)) == share)
  }

  @Test("has an objection to no answers, without a share of them")
  func nothingAnswered() {
    var point = World.point("none", kept: 80, answered: 18, direct: 15, attacks: 10)
    #expect(CalibrationRule().objection(to: point, by: .benign) == nil)
    point.agreement = Rate(0, of: 0)
    #expect(
      CalibrationRule().objection(to: point, by: .benign) == "answers no everyday request")
  }

  @Test("says its bounds as they are")
  func words() {
    let rule = CalibrationRule(agreement: 0.125, loss: 0.07, guardLoss: 0.025).text
    for part in ["least 12.5 % of", "most 7 points fewer of", "most 2.5 points fewer direct"] {
      #expect(rule.contains(part), "\(rule)")
    }
    let usual = CalibrationRule().text
    for part in ["least 50 % of", "most 10 points fewer of", "most 5 points fewer direct"] {
      #expect(usual.contains(part), "\(usual)")
    }
  }

  @Test("uses prompts that a report on the other side doesn't")
  func split() throws {
    for set in BuiltInName.allCases {
      let ours = Set(try Dataset.builtIn(set, split: .development).samples.map(\.cluster))
      let theirs = Set(try Dataset.builtIn(set, split: .test).samples.map(\.cluster))
      #expect(!ours.isEmpty && !theirs.isEmpty && ours.isDisjoint(with: theirs), "\(set)")
    }
    let plan = CalibrationPlan(
      grid: CalibrationGrid(noises: [.isotropic], sigmas: [0.5]), samples: 10,
      prefix: .tokens(20), maximumTokens: 24, seed: 1)
    let configuration = try plan.configuration(name: "a: b")
    #expect(configuration.datasets.count == 3)
    #expect(configuration.datasets.allSatisfy { $0.split == .development })
  }
}
