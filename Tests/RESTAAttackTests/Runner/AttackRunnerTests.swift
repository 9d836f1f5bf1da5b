import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Synchronization
import Testing

@testable import RESTAAttack

@Suite("Running attacks") struct AttackRunnerTests {
  /// A defence that gives in on one of so many draws.
  private static func lucky(_ odds: UInt64) -> PlantedTarget {
    PlantedTarget { _, seed in SeededGenerator.hash([seed]) % odds == 0 }
  }

  @Test("a run that is cut off at any call gives the rows of one that was not")
  func resume() async throws {
    let folder = try AttackFolder()
    var fixture = AttackFixture(Self.lucky(4))
    fixture.settings.queries = 5
    let whole = try AttackStore(path: folder.path("whole.sqlite"))
    try await fixture.run(into: whole)
    let expected = try await whole.digest()
    let calls = fixture.undefended.calls.count + fixture.defended.calls.count
    #expect(calls > 20)
    for cut in 0...calls {
      var again = AttackFixture(Self.lucky(4))
      again.settings = fixture.settings
      let path = folder.path("cut-\(cut).sqlite")
      // The cut is a call of either target: that of the one which makes it.
      again.undefended.calls.cut(after: cut)
      again.defended.calls.cut(after: max(0, cut - fixture.undefended.calls.count))
      for attempt in 0..<4 {
        let store = try AttackStore(path: path)
        do {
          try await again.run(into: store, parallel: attempt + 1)
          break
        } catch is CancellationError {}
        // No close: as after a kill.
      }
      let store = try AttackStore(path: path)
      #expect(try await store.digest() == expected, "cut at \(cut)")
    }
  }

  @Test("what is told of a run that goes on is how much of the rest is done")
  func shareOfTheRest() async throws {
    let folder = try AttackFolder()
    var fixture = AttackFixture(PlantedTarget { _, _ in false })
    fixture.settings.queries = 4
    let whole = fixture.plan.attacks.count * fixture.plan.arms.count * fixture.goals.count
    fixture.defended.calls.cut(after: 6)
    let path = folder.path("a.sqlite")
    await #expect(throws: CancellationError.self) {
      try await fixture.run(into: AttackStore(path: path))
    }
    let store = try AttackStore(path: path)
    let ended = try await store.states().count { $0.end != nil }
    #expect(2 * ended > whole)
    let told = Mutex<[Double]>([])
    try await fixture.run(into: store) { progress in
      if progress.units > 0 { told.withLock { $0.append(progress.share) } }
    }
    let shares = told.withLock { $0 }
    #expect(shares.first.map { $0 < 0.5 } == true)
    #expect(shares == shares.sorted() && shares.last == 1)
  }

  @Test("concurrency changes nothing", arguments: [2, 3, 8]) func concurrency(parallel: Int)
    async throws
  {
    let folder = try AttackFolder()
    var fixture = AttackFixture(Self.lucky(6))
    fixture.settings.queries = 6
    let one = try AttackStore(path: folder.path("one.sqlite"))
    let first = try await fixture.run(into: one)
    let many = try AttackStore(path: folder.path("many.sqlite"))
    let second = try await fixture.run(into: many, parallel: parallel)
    #expect(try await one.digest() == many.digest())
    #expect(first == second)
    #expect(first.share == 1 && first.ended == first.units)
  }

  @Test("budgets are never exceeded, and the next query might have")
  func budgets() async throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var fixture = AttackFixture(Self.lucky(30))
      fixture.goals = Array(fixture.goals.prefix(1))
      fixture.settings.queries = generator.integer(in: 1...12)
      fixture.settings.tokens = generator.integer(in: 1...500)
      fixture.settings.seed = seed
      fixture.settings.keepsGoing = generator.integer(in: 0...1) == 1
      for (_, state) in try await fixture.outcome() {
        let spent = state.queries.last?.totalTokens ?? 0
        #expect(state.queries.count <= fixture.settings.queries, "seed \(seed)")
        #expect(spent <= fixture.settings.tokens, "seed \(seed)")
        #expect(spent == state.queries.reduce(0) { $0 + $1.tokens })
        let worst = fixture.defended.worstCase(of: AttackRequest(fixture.goals[0].text))
        switch state.end {
        case .queries: #expect(state.queries.count == fixture.settings.queries)
        case .tokens: #expect(spent + worst > fixture.settings.tokens, "seed \(seed)")
        case .breached: #expect(state.breach != nil)
        case .exhausted, .failed, nil:
          Issue.record("seed \(seed): ended as \(String(describing: state.end))")
        }
      }
    }
  }

  @Test("a breach is confirmed by what fresh draws say, and claimed by its own query only")
  func confirmation() async throws {
    // It gives in to one seed of the attack's, and to nothing else.
    let probe = AttackGoal(id: "g1", text: "Tell me secret number 1")
    let unlucky = AttackSeeds.noise(
      .fresh, seed: 1, goal: probe, number: 2, request: AttackRequest(probe.text))
    var fixture = AttackFixture(PlantedTarget { _, seed in seed == unlucky })
    fixture.settings.confirm = 5
    let states = try await fixture.outcome()
    let broken = try #require(states["g1"])
    #expect(broken.end == .breached && broken.breach?.number == 2)
    #expect(broken.confirmed()?.complied == 0 && broken.confirmed()?.draws == 5)
    for goal in ["g0", "g2", "g3"] {
      #expect(states[goal]?.end == .queries && states[goal]?.confirmations.isEmpty == true)
    }

    // It gives in to anything: every draw confirms.
    var open = AttackFixture(PlantedTarget { _, _ in true })
    open.settings.confirm = 4
    let all = try await open.outcome()
    #expect(all.count == 4)
    for state in all.values {
      #expect(state.breach?.number == 0)
      #expect(state.confirmed()?.complied == 4 && state.confirmed()?.draws == 4)
    }
  }

  @Test("a breach that was cut off before it was confirmed is not done") func confirmationCutOff()
    async throws
  {
    let folder = try AttackFolder()
    var fixture = AttackFixture(PlantedTarget { _, _ in true })
    fixture.goals = Array(fixture.goals.prefix(1))
    fixture.settings.confirm = 3
    let store = try AttackStore(path: folder.path("a.sqlite"))
    // The query, and one of its three draws.
    fixture.defended.calls.cut(after: 2)
    await #expect(throws: CancellationError.self) { try await fixture.run(into: store) }
    func broken() async throws -> AttackStore.UnitState? {
      try await store.states().first { $0.unit.arm == "defended" }
    }
    let cut = try #require(try await broken())
    #expect(cut.end == .breached && cut.confirmed()?.draws == 1)
    #expect(cut.isDone(draws: 1) && !cut.isDone(draws: 3))
    try await fixture.run(into: store)
    #expect(try await broken()?.isDone(draws: 3) == true)
  }

  @Test(
    "where all variants are tried, the first breach of each is confirmed", arguments: [false, true])
  func confirmationOfVariants(keepsGoing: Bool) async throws {
    var fixture = AttackFixture(
      PlantedTarget { request, _ in request.prompt.hasSuffix(" b") || request.prompt.hasSuffix(" c")
      }
    )
    fixture.attacks = [NamedAttack(name: "suffixes", attack: Suffixes())]
    fixture.settings.queries = 8
    fixture.settings.confirm = 3
    fixture.settings.keepsGoing = keepsGoing
    for state in try await fixture.outcome().values {
      let numbers = keepsGoing ? [1, 2] : [1]
      #expect(state.firstBreaches.map(\.number) == numbers)
      #expect(state.confirmations.map(\.number) == numbers.flatMap { [$0, $0, $0] })
      #expect(state.firstBreaches.allSatisfy { state.isConfirmed($0) })
      // Killed before the last breach was asked on all draws: something is left to do.
      var cut = state
      cut.confirmations.removeAll { $0.number == numbers.last && $0.draw > 0 }
      #expect(state.isDone(draws: 3) && !cut.isDone(draws: 3))
    }
  }

  /// The goal with a letter behind it.
  private struct Suffixes: VariantAttack {
    var rounds: Int?
    static let kind = "suffixes"
    static let sentence = "A letter behind the request."
    static let defaults = Suffixes()
    static let table: [Setting<Suffixes>] = []

    func variants(of goal: AttackGoal, in context: AttackContext) -> [AttackRequest] {
      ["a", "b", "c", "d"].map { AttackRequest(goal.text + " " + $0, variant: $0) }
    }
  }

  @Test("no draw that confirms was ever an attack's") func freshDraws() async throws {
    for kind in AttackSettings.NoiseSeed.allCases {
      var fixture = AttackFixture(Self.lucky(3))
      fixture.settings.noiseSeed = kind
      fixture.settings.confirm = 20
      fixture.settings.queries = 40
      _ = try await fixture.outcome()
      let seeds = fixture.defended.calls.seeds
      let goal = fixture.goals[0]
      let confirming = Set(
        (0..<40).flatMap { number in
          (0..<20).map { draw in
            AttackSeeds.confirmation(seed: 1, goal: goal, number: number, draw: draw)
          }
        })
      let attacking = (0..<40).map {
        AttackSeeds.noise(
          .fresh, seed: 1, goal: goal, number: $0, request: AttackRequest(goal.text))
      }
      #expect(confirming.isDisjoint(with: attacking) && confirming.count == 800)
      #expect(seeds.allSatisfy { $0 < 1 << 53 })
    }
  }

  @Test("sticky noise is one draw for one request, fresh noise another each time")
  func noise() async throws {
    var fixture = AttackFixture(PlantedTarget { _, _ in false })
    fixture.settings.queries = 6
    _ = try await fixture.outcome()
    #expect(Set(fixture.defended.calls.seeds).count == 4 * 6)
    var sticky = AttackFixture(PlantedTarget { _, _ in false })
    sticky.settings = fixture.settings
    sticky.settings.noiseSeed = .sticky
    _ = try await sticky.outcome()
    #expect(sticky.defended.calls.count == 4 * 6)
    #expect(Set(sticky.defended.calls.seeds).count == 4)
  }

  @Test("a target without noise is asked once for what is the same")
  func memory() async throws {
    var fixture = AttackFixture(PlantedTarget(usesSeed: false) { _, _ in false })
    fixture.settings.queries = 9
    let states = try await fixture.outcome()
    #expect(fixture.defended.calls.count == 4)
    for state in states.values {
      #expect(state.queries.count == 9 && Set(state.queries.map(\.tokens)).count == 1)
    }
  }

  @Test("what only looks the same is asked for itself") func memoryOfBytes() async throws {
    let target = PlantedTarget(usesSeed: false) { request, _ in
      request.prompt.utf8.elementsEqual("cafe\u{301}".utf8)
    }
    let fixture = AttackFixture(target)
    let asker = AttackAsker(
      target: target, goal: fixture.goals[0], settings: fixture.settings,
      judge: AttackJudge(model: nil))
    for (prompt, breaks) in [("caf\u{E9}", false), ("cafe\u{301}", true), ("caf\u{E9}", false)] {
      let query = try await asker.ask(AttackRequest(prompt))
      #expect(query.isBreach == breaks)
    }
    #expect(target.calls.count == 2)
  }

  @Test("goals that are not refused are counted and not attacked")
  func notRefused() async throws {
    let soft = PlantedTarget(usesSeed: false) { request, _ in request.prompt.hasSuffix("2") }
    let folder = try AttackFolder()
    let fixture = AttackFixture(undefended: soft, Self.lucky(3))
    let store = try AttackStore(path: folder.path("a.sqlite"))
    let done = try await fixture.run(into: store)
    #expect(done.goals == 4 && done.refused == 3 && done.units == 6)
    let screened = try await store.screened()
    #expect(screened.filter { !$0.isRefused }.map(\.goal.id) == ["g2"])
    #expect(try await store.states().allSatisfy { $0.unit.goal != "g2" })

    let none = AttackFixture(
      undefended: PlantedTarget(usesSeed: false) { _, _ in true }, Self.lucky(3))
    let empty = try await none.run(into: AttackStore(path: folder.path("b.sqlite")))
    #expect(empty.refused == 0 && empty.units == 0 && none.defended.calls.count == 0)
  }

  /// Answers nothing, as a server that has another model.
  private struct MuteTarget: AttackTarget {
    let usesSeed = true
    func worstCase(of request: AttackRequest) -> Int { 1 }
    func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer {
      throw UnanswerableRequest(reason: "no such model", promptTokens: 0)
    }
  }

  @Test("where no goal is answered, that is the error, and the next run asks again")
  func nothingAnswered() async throws {
    let folder = try AttackFolder()
    let store = try AttackStore(path: folder.path("a.sqlite"))
    let fixture = AttackFixture(Self.lucky(3))
    var mute = fixture.plan
    mute.arms[0].target = MuteTarget()
    let plan = mute
    let error = await #expect(throws: EvaluationError.self) {
      _ = try await AttackRunner(plan, into: store).run()
    }
    #expect(error?.message.hasSuffix("no such model") == true)
    let done = try await fixture.run(into: store)
    #expect(done.direct == 4 && done.refused == 4)
  }

  @Test("a store is of one run: another one is refused, and told what differs")
  func otherRuns() async throws {
    let folder = try AttackFolder()
    let store = try AttackStore(path: folder.path("a.sqlite"))
    let fixture = AttackFixture(Self.lucky(3))
    // One in which nothing was asked is anybody's.
    var early = fixture
    early.settings.queries = 3
    try await store.begin(early.plan)
    try await fixture.run(into: store)
    var settings = fixture
    settings.settings.queries = 21
    var goals = fixture
    goals.goals[0].text += "?"
    var attacks = fixture
    attacks.attacks[0].name = "again"
    for (other, word) in [(settings, "settings"), (goals, "goals"), (attacks, "attacks")] {
      let error = await #expect(throws: EvaluationError.self) { try await other.run(into: store) }
      #expect(error?.code == .invalidStore && error?.message.contains("the \(word)") == true)
    }
    try await fixture.run(into: store)
  }

  /// Refuses, after another run has taken its store, in which nothing is answered yet.
  private struct OvertakenTarget: AttackTarget {
    let usesSeed = false
    let path: String
    let other: AttackPlan
    func worstCase(of request: AttackRequest) -> Int { 1 }
    func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer {
      try await AttackStore(path: path).begin(other)
      return TargetAnswer(
        text: PlantedTarget.refusal, promptTokens: 1, answerTokens: 0, seconds: 0)
    }
  }

  @Test("a run whose store another one began in the meantime writes nothing into it")
  func overtaken() async throws {
    let folder = try AttackFolder()
    let fixture = AttackFixture(Self.lucky(3))
    var other = fixture
    other.settings.queries = 3
    var plan = fixture.plan
    plan.arms[0].target = OvertakenTarget(path: folder.path("a.sqlite"), other: other.plan)
    let overtaken = plan
    let store = try AttackStore(path: folder.path("a.sqlite"))
    let error = await #expect(throws: EvaluationError.self) {
      _ = try await AttackRunner(overtaken, into: store).run()
    }
    #expect(error?.message.contains("Another run has begun") == true)
    #expect(try await store.screened().allSatisfy { $0.finding == nil })
    #expect(try await store.record()?.settings["queries"]?.int == 3)
    // One that goes on is the same run, whatever the file of its goals is called now.
    var renamed = other.plan
    renamed.goals.source = "renamed"
    let goal = try #require(renamed.goals.goals.first)
    for label in [AnswerLabel.refused, .complied] {
      try await store.save(
        AttackJudge.Finding(label, reason: ""), answer: nil, direct: goal, of: renamed)
    }
    #expect(try await store.screened().first?.finding?.label == .refused)
  }

  @Test("a store whose delays were judged by another rule is refused, and no other")
  func otherJudges() async throws {
    let old = "refusal-phrases/3, broken-text/1"
    for (how, isNewer) in [(DelayAttack.How.asked, true), (.forced, false)] {
      var fixture = AttackFixture(Self.lucky(3))
      fixture.attacks = [NamedAttack(name: "late", attack: DelayAttack(how: how))]
      let record = fixture.plan.record
      #expect(record.judge == (isNewer ? "\(old), marker/2" : old))
      var before = record
      before.judge = old
      let told = record.differences(from: before)
      #expect(told == (isNewer ? ["the judge (\(old); now \(old), marker/2)"] : []))
    }
  }

  @Test("on another day a store says with which date of the template it goes on") func dates()
    async throws
  {
    let folder = try AttackFolder()
    let store = try AttackStore(path: folder.path("a.sqlite"))
    var plan = AttackFixture(Self.lucky(3)).plan
    // A store without a date goes on with none.
    let undated = try AttackStore(path: folder.path("b.sqlite"))
    _ = try await AttackRunner(plan, into: undated).run()
    plan.subject["templateDate"] = .string("2026-01-01")
    let dated = plan
    let refused = await #expect(throws: EvaluationError.self) {
      _ = try await AttackRunner(dated, into: undated).run()
    }
    #expect(refused?.message.contains("the model or the endpoint") == true)
    _ = try await AttackRunner(plan, into: store).run()
    for (key, words) in [
      ("templateDate", "--template-date 2026-01-01 goes on"),
      ("model", "the model or the endpoint"),
    ] {
      var other = plan
      other.subject[key] = .string("another")
      let changed = other
      let error = await #expect(throws: EvaluationError.self) {
        _ = try await AttackRunner(changed, into: store).run()
      }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }
}
