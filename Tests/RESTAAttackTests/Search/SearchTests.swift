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
    let repeating = SearchFixture(model: SearchFixture.undefended().model, defense: Refusing())
    for seed in 0..<3 as Range<UInt64> {
      for var fixture in [SearchFixture.keyed(), Self.hopeless(mode, answers: 4), repeating] {
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

  /// A search that never finds anything, with its last queries kept.
  private static func hopeless(_ mode: SearchAttack.Mode, answers: Int) -> SearchFixture {
    var fixture = SearchFixture.defended { _ in (0, 1) }
    fixture.attack.mode = mode
    fixture.attack.finalAnswers = answers
    return fixture
  }

  @Test(
    "the last queries ask for answers to the best suffix", arguments: SearchAttack.Mode.allCases,
    [0, 1, 4, 9])
  func finalAnswers(mode: SearchAttack.Mode, answers: Int) async throws {
    for seed in 0..<10 as Range<UInt64> {
      var fixture = Self.hopeless(mode, answers: answers)
      fixture.settings.seed = seed
      fixture.settings.queries = 30
      let found = try await fixture.run()
      #expect(found.end == .queries && found.queries.count == 30)
      let last = found.queries.suffix(answers)
      #expect(last.allSatisfy { $0.finding?.label == .refused && $0.answer != nil })
      #expect(found.queries.dropLast(answers).allSatisfy { $0.finding == nil })
      let state = try #require(found.state)
      let prompt = try SearchPrompt(fixture.goal.text, of: fixture.target.subject)
      let best = try prompt.candidate(state.suffix)
      #expect(last.allSatisfy { $0.request.prompt == best?.text })
    }
  }

  @Test("what is kept for the end changes nothing before", arguments: SearchAttack.Mode.allCases)
  func onlyTheEnd(mode: SearchAttack.Mode) async throws {
    let repeating = SearchFixture(model: SearchFixture.undefended().model, defense: Refusing())
    for var fixture in [Self.hopeless(mode, answers: 4), repeating] {
      fixture.attack.mode = mode
      fixture.settings.queries = 60
      fixture.settings.tokens = 1_000_000
      let kept = try await fixture.run().record
      fixture.attack.finalAnswers = 0
      #expect(try await fixture.run().record.prefix(52) == kept.prefix(52))
    }
  }

  @Test("half of a small budget is kept, and no more", arguments: SearchAttack.Mode.allCases)
  func smallBudgets(mode: SearchAttack.Mode) async throws {
    var fixture = Self.hopeless(mode, answers: 256)
    fixture.settings.queries = 8
    let few = try await fixture.run()
    #expect(few.queries.map { $0.finding != nil } == [false, true].flatMap { [$0, $0, $0, $0] })
    fixture.settings.queries = 1_000
    fixture.settings.tokens = 3_000
    let cheap = try await fixture.run()
    let scored = cheap.queries.last { $0.finding == nil }?.totalTokens ?? 0
    #expect(cheap.end == .tokens && (800...2_200).contains(scored), "\(scored)")
  }

  @Test("tokens are kept for them too", arguments: SearchAttack.Mode.allCases)
  func finalTokens(mode: SearchAttack.Mode) async throws {
    for tokens in stride(from: 1_500, to: 3_000, by: 97) {
      var fixture = Self.hopeless(mode, answers: 4)
      fixture.settings.queries = 1_000
      fixture.settings.tokens = tokens
      let found = try await fixture.run()
      #expect(found.end == .tokens)
      let answered = found.queries.drop { $0.finding == nil }
      #expect(answered.count >= 4 && answered.allSatisfy { $0.finding != nil })
      // As many as there is room for.
      let last = try #require(answered.last)
      let worst = try fixture.target.worstCase(of: last.request)
      #expect(last.totalTokens <= tokens && tokens - last.totalTokens < worst)
    }
  }

  @Test("a suffix that wins fewer votes than it loses breaks through at the end, and only there")
  func luckyVotes() async throws {
    for mode in [SearchAttack.Mode.undefended, .defended] {
      // Each draw complies with a probability of a quarter, whatever the suffix.
      func broken(answers: Int) async throws -> [AttackQuery] {
        var broken: [AttackQuery] = []
        for seed in 0..<48 as Range<UInt64> {
          var fixture = SearchFixture.defended(samples: 1) { _ in (0, 10) }
          fixture.attack.mode = mode
          fixture.attack.finalAnswers = answers
          fixture.settings.seed = seed
          fixture.settings.queries = 20
          fixture.settings.tokens = 1_000_000
          if let breach = try await fixture.run().breach { broken.append(breach) }
        }
        return broken
      }
      let without = try await broken(answers: 0)
      let with = try await broken(answers: 4)
      // Without them only a lucky score asks; with them each has four draws: 7 in 10 comply once.
      #expect(without.count < 5, "\(without.count)")
      #expect((20...44).contains(with.count), "\(with.count)")
      let last = with.filter { $0.number >= 16 }
      #expect(last.count >= with.count - 5)
      // Each has a draw of its own: some break only on the second, third or fourth.
      #expect(Set(last.map(\.number)).count > 1)
    }
  }

  @Test("a target that repeats itself is asked once for each suffix, and no query is left over")
  func repeating() async throws {
    for mode in SearchAttack.Mode.allCases {
      for seed in 0..<20 as Range<UInt64> {
        // The undefended model gives in to many suffixes, the defence to none.
        var plain = SearchFixture(
          model: SearchFixture.undefended().model, defense: Refusing())
        plain.settings.queries = 12 + Int(seed) * 5
        var sticky = Self.hopeless(mode, answers: 4)
        sticky.settings.noiseSeed = .sticky
        sticky.settings.queries = 40
        for var fixture in [plain, sticky] {
          fixture.attack.mode = mode
          fixture.settings.seed = seed
          fixture.settings.tokens = 1_000_000
          let found = try await fixture.run()
          #expect(found.end == .queries && found.queries.count == fixture.settings.queries)
          let asked = found.queries.filter { $0.finding != nil }.map(\.request.prompt)
          #expect(!asked.isEmpty && Set(asked).count == asked.count)
          // Else the best was asked before, and nothing was left for another one.
          if found.queries.last?.finding != nil { #expect(found.state?.isAsked == true) }
        }
      }
    }
  }

  /// A vocabulary all of whose tokens but one end an answer, and so are in no suffix.
  private struct OneToken: Tokenizer {
    private let all = ScriptedTokenizer()
    var vocabularySize: Int { all.vocabularySize }
    var beginningOfSequence: TokenID? { all.beginningOfSequence }
    var addsSpacePrefix: Bool { all.addsSpacePrefix }
    func tokenize(_ utf8: [UInt8], parsesControl: Bool) -> [TokenID] {
      all.tokenize(utf8, parsesControl: parsesControl)
    }
    func bytes(of token: TokenID) -> [UInt8] { all.bytes(of: token) }
    func kind(of token: TokenID) -> TokenKind { all.kind(of: token) }
    func isEndOfGeneration(_ token: TokenID) -> Bool { token != TokenID(UInt8(ascii: " ")) }
  }

  @Test(
    "where there is nothing more to try the best suffix is asked all the same",
    arguments: SearchAttack.Mode.allCases, [0, 4])
  func nothingMoreToTry(mode: SearchAttack.Mode, answers: Int) async throws {
    var fixture = SearchFixture(
      model: ScriptedModel(tokenizer: OneToken(), predicting: { _ in 73 }), defense: Undefended())
    fixture.attack.mode = mode
    fixture.attack.suffixTokens = 1
    fixture.attack.finalAnswers = answers
    let found = try await fixture.run()
    // The goal, its one suffix, and an answer to it.
    #expect(found.end == .exhausted && found.queries.count == (answers == 0 ? 2 : 3))
    #expect((found.queries.last?.finding != nil) == (answers > 0))
  }

  @Test("a defence's own refusal is no better than the model's") func ownRefusal() async throws {
    var fixture = SearchFixture(model: SearchFixture.keyed().model, defense: Filter())
    fixture.attack.mode = .votes
    fixture.settings.queries = 12
    let found = try await fixture.run()
    #expect(found.end == .queries && found.queries.count == 12)
    #expect(found.queries.dropLast().allSatisfy { $0.score == -1 && $0.finding == nil })
    // It repeats itself, and so is asked for one answer at the end.
    #expect(found.queries.last?.finding?.label == .refused)
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
    #expect(states.filter { $0.end != .failed }.allSatisfy { $0.followed == $0.queries.count })
    for state in searches {
      #expect(state.end == .failed && !state.neverBreaks)
      // What is not asked for a lack of room is not resisted.
      #expect(state.followed == state.queries.count - 1)
      #expect(state.isFollowed == (state.queries.count > 1))
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
