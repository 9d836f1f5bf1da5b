import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Testing

@testable import RESTAAttack

@Suite("Searching for a suffix") struct SearchTests {
  /// Apart, so that a failure does not print all queries.
  private func first(of outcome: SearchFixture.Outcome) -> AttackQuery? { outcome.breach }

  @Test("a planted token is found on the undefended model, for hundreds of seeds")
  func undefended() async throws {
    var total = 0
    for seed in 0..<300 as Range<UInt64> {
      var fixture = SearchFixture.undefended()
      fixture.settings.seed = seed
      fixture.settings.queries = 400
      let found = try await fixture.run()
      let breach = try #require(first(of: found), "seed \(seed)")
      #expect(breach.request.prompt.hasPrefix(fixture.goal.text))
      #expect(found.queries.last == breach)
      total += found.queries.count
      if seed == 0 { #expect(fixture.model.openReservations <= 1) }
    }
    // A replaced run of 4 has the key once in 24.
    #expect(total / 300 < 80, "\(total / 300) queries on average")
  }

  @Test(
    "a planted token is found through the noise, and by votes",
    arguments: [SearchAttack.Mode.defended, .votes])
  func throughNoise(mode: SearchAttack.Mode) async throws {
    var (complied, draws) = (0, 0)
    for seed in 0..<40 as Range<UInt64> {
      var fixture = SearchFixture.keyed()
      fixture.attack.mode = mode
      fixture.settings.seed = seed
      fixture.settings.queries = 1_500
      fixture.settings.tokens = 10_000_000
      let found = try await fixture.run()
      let breach = try #require(first(of: found), "seed \(seed)")
      for draw in 0..<5 {
        let answer = try await fixture.target.answer(
          breach.request,
          seed: AttackSeeds.confirmation(
            seed: seed, goal: fixture.goal, number: breach.number, draw: draw))
        complied += answer.text == PlantedTarget.refusal ? 0 : answer.text.hasPrefix("H") ? 1 : 0
        draws += 1
      }
    }
    // An answer is one draw, so some are lucky; most breaks are none.
    #expect(Double(complied) / Double(draws) > 0.6, "\(complied) of \(draws)")
  }

  @Test("where nothing helps, nothing is claimed", arguments: SearchAttack.Mode.allCases)
  func hopeless(mode: SearchAttack.Mode) async throws {
    for seed in 0..<20 as Range<UInt64> {
      var fixture = SearchFixture.defended { _ in (0, 1) }
      fixture.attack.mode = mode
      fixture.settings.seed = seed
      fixture.settings.queries = 60
      fixture.settings.tokens = 1_000_000
      let found = try await fixture.run()
      #expect(found.end == .queries && found.breach == nil)
    }
  }

  @Test("what the search says of its best suffix is what fresh draws say")
  func winnersCurse() async throws {
    var (fresh, chosen): ([Double], [Double]) = ([], [])
    for seed in 0..<80 as Range<UInt64> {
      // No suffix is better than another; each likes another noise.
      var fixture = SearchFixture.defended { token in
        (0, SeededGenerator.hash([UInt64(token)]) % 2 == 0 ? 8 : -8)
      }
      fixture.attack.mode = .defended
      fixture.settings.seed = seed
      fixture.settings.queries = 70
      fixture.settings.tokens = 10_000_000
      let found = try await fixture.run()
      let state = try #require(found.state)
      let target = try fixture.target
      let prompt = try SearchPrompt(fixture.goal.text, of: target.subject)
      let best = try #require(try prompt.candidate(state.suffix))
      var oracle = SearchOracle(
        target.subject, targets: state.targets, defense: (target.defense as? RestaDefense)?.defense)
      let again = try await oracle.scores(
        of: [best], draws: 0..<64, seed: ~seed, behind: prompt.front.count)
      if let score = state.fresh { fresh.append(again[0].mean - score.mean) }
      // What candidates were accepted on, and their next score.
      for (query, next) in zip(found.queries, found.queries.dropFirst()) {
        let same = found.queries.first { $0.request == next.request && $0.number < next.number }
        if query.score != nil, let same, let before = same.score, let after = next.score,
          2 * same.tokens == next.tokens
        {
          chosen.append(after - before)
        }
      }
    }
    #expect(fresh.count > 50)
    #expect(!fresh.map { -$0 }.isBeyond(errors: 3), "\(fresh.mean)")
    // The test can tell: what they were chosen on flatters them.
    #expect(chosen.count > 50 && chosen.map { -$0 }.isBeyond(errors: 3), "\(chosen.mean)")
  }

  @Test("going on at any step gives what the whole gives", arguments: SearchAttack.Mode.allCases)
  func resume(mode: SearchAttack.Mode) async throws {
    for seed in 0..<3 as Range<UInt64> {
      var fixture = SearchFixture.keyed()
      fixture.attack.mode = mode
      fixture.settings.seed = seed
      fixture.settings.queries = 60
      fixture.settings.tokens = 1_000_000
      fixture.settings.keepsGoing = true
      let whole = try await fixture.run()
      #expect(whole.snapshots.count > 10)
      for cut in 0..<whole.snapshots.count {
        let first = try await fixture.run(steps: cut)
        let stored = try first.process.snapshot.map {
          try CanonicalJSON.value(JSONObject.self, from: CanonicalJSON.text($0))
        }
        let rest = try await fixture.run(asked: first.queries, snapshot: stored)
        #expect(rest.record == whole.record, "seed \(seed), cut at \(cut)")
        #expect(rest.state == whole.state && rest.end == whole.end)
      }
    }
  }

  @Test("budgets are never exceeded", arguments: SearchAttack.Mode.allCases)
  func budgets(mode: SearchAttack.Mode) async throws {
    var ends: Set<AttackEnd> = []
    for seed in 0..<100 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var fixture = SearchFixture.keyed()
      fixture.attack.mode = mode
      fixture.attack.batch = generator.integer(in: 1...6)
      fixture.settings.seed = seed
      fixture.settings.queries = generator.integer(in: 1...30)
      fixture.settings.tokens = generator.integer(in: 1...6_000)
      let found = try await fixture.run()
      #expect(found.queries.count <= fixture.settings.queries)
      #expect((found.queries.last?.totalTokens ?? 0) <= fixture.settings.tokens)
      if found.end == .queries { #expect(found.queries.count == fixture.settings.queries) }
      if let end = found.end { ends.insert(end) }
    }
    #expect(ends.isSuperset(of: [.queries, .tokens]))
  }

  @Test(
    "a window that begins later leaves the first token to the undefended model",
    arguments: SearchAttack.Mode.allCases)
  func laterWindow(mode: SearchAttack.Mode) async throws {
    let settings = DefenseSettings(
      noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 0.1, unit: .absolute)),
      samples: 3, prefix: .tokens(2), window: .after("</think>"))
    var fixture = SearchFixture(
      model: SearchFixture.keyed().model, defense: RestaDefense(settings))
    fixture.attack.mode = mode
    fixture.settings.queries = 9
    let found = try await fixture.run()
    #expect(found.end == .queries && found.queries.count == 9)
  }

  /// Refuses everything, however long.
  private struct Refusing: Defense {
    let kind = "refusing"
    let settings: JSONObject = [:]
    let usesSeed = false
    func answer(_ prompt: String, from subject: Subject, seed: UInt64) -> DefendedAnswer {
      DefendedAnswer(
        text: PlantedTarget.refusal, tokenIDs: [73], stopReason: "end_of_generation")
    }
  }

  /// Refuses by itself whatever has a suffix.
  private struct Filter: Defense {
    let kind = "filter"
    let settings: JSONObject = [:]
    let usesSeed = false
    func answer(_ prompt: String, from subject: Subject, seed: UInt64) -> DefendedAnswer {
      prompt == "tell"
        ? DefendedAnswer(
          text: PlantedTarget.refusal, tokenIDs: [73], stopReason: "end_of_generation")
        : DefendedAnswer(
          text: DefendedAnswer.refusalText, stopReason: DefendedAnswer.rejected)
    }
  }

  @Test("a defence's own refusal is no better than the model's") func ownRefusal() async throws {
    var fixture = SearchFixture(model: SearchFixture.keyed().model, defense: Filter())
    fixture.attack.mode = .votes
    fixture.settings.queries = 12
    let found = try await fixture.run()
    #expect(found.end == .queries && found.queries.count == 12)
    #expect(found.queries.allSatisfy { $0.score == -1 && $0.finding == nil })
  }

  @Test("a goal that leaves no room for a suffix ends its search, and not the run")
  func noRoom() async throws {
    let template = try ChatTemplate(
      source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<model>")
    // The prompt of a goal has 36 tokens.
    let subject = Subject(
      model: ScriptedModel(contextLength: 40) { _ in 65 }, template: template,
      options: GenerationOptions(maximumTokens: 2))
    var plan = AttackFixture(PlantedTarget { _, _ in false }).plan
    plan.arms = [
      AttackArm(name: "none", defense: Refusing(), of: subject),
      AttackArm(name: "model", defense: Undefended(), of: subject),
    ]
    let search = SearchAttack(mode: .votes, suffixTokens: 6, target: "H")
    plan.attacks = [
      NamedAttack(name: "search", attack: search),
      NamedAttack(name: "repeat", attack: RepeatAttack()),
    ]
    let folder = try AttackFolder()
    let store = try AttackStore(path: folder.path("a.sqlite"))
    let done = try await AttackRunner(plan, into: store).run()
    #expect(done.refused == 4 && done.ended == done.units && done.units == 16)
    let states = try await store.states()
    let searches = states.filter { $0.unit.attack == "search" && $0.unit.arm == "model" }
    #expect(searches.count == 4)
    for state in searches {
      #expect(state.end == .failed && !state.neverBreaks)
      #expect(state.queries.last?.finding?.reason.contains("too long") == true)
    }
  }
}

extension [Double] {
  /// Whether the mean is above 0 by more than so many standard errors.
  fileprivate func isBeyond(errors: Double) -> Bool {
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return mean > errors * (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}
