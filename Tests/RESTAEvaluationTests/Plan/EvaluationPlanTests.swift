import RESTA
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation

@Suite("Evaluation plans") struct EvaluationPlanTests {
  @Test("a plan is the same each time, and its shards are a partition of it")
  func shards() throws {
    let fixture = EvaluationFixture(prompts: 20)
    let whole = try fixture.plan()
    #expect(try fixture.plan().items == whole.items)
    // 20 + 2 prompts, one answer undefended and three with seeds.
    #expect(whole.total == 22 * 4)
    #expect(whole.items.map(\.position) == Array(0..<whole.total))
    for count in [1, 2, 3, 7] {
      var items: [EvaluationPlan.Item] = []
      for index in 1...count {
        let shard = try #require(EvaluationPlan.Shard("\(index)/\(count)"))
        let part = try fixture.plan(shard)
        #expect(part.total == whole.total)
        items += part.items
      }
      #expect(items.sorted { $0.position < $1.position } == whole.items)
    }
  }

  @Test(
    "a shard is i/n", arguments: ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b", "1/2/3", " 1/2"])
  func wrongShards(text: String) { #expect(EvaluationPlan.Shard(text) == nil) }

  @Test(
    "a part has the defences that are named, at their places in the whole plan",
    arguments: [
      ([], ["none", "noisy"]), (["none"], ["none"]), (["no*"], ["none", "noisy"]),
      (["noi*"], ["noisy"]), (["noisy", "none"], ["none", "noisy"]), (["*"], ["none", "noisy"]),
    ]) func only(given: [String], expected: [String]) throws
  {
    let fixture = EvaluationFixture(prompts: 3)
    let whole = try fixture.plan()
    let part = try fixture.plan(only: given)
    #expect(part.total == whole.total)
    #expect(part.items == whole.items.filter { expected.contains($0.defense) })
  }

  @Test("a defence that the plan does not have is refused by name", arguments: ["noise", "x*", ""])
  func unknown(name: String) throws {
    let error = #expect(throws: EvaluationError.self) {
      try EvaluationFixture().plan(only: ["none", name])
    }
    #expect(error?.message.contains("'\(name)'") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("Known: none, noisy.") == true)
    #expect(error?.code == .invalidConfiguration)
  }

  @Test("parts fill one store, and end where one run of all ends") func parts() async throws {
    let fixture = EvaluationFixture(prompts: 3)
    let folder = try TemporaryFolder()
    let store = try EvaluationStore(path: folder.path("parts.sqlite"))
    for only in ["noisy", "none"] {
      try await fixture.run(fixture.plan(only: [only]), into: store)
    }
    let whole = try EvaluationStore(path: folder.path("whole.sqlite"))
    try await fixture.run(fixture.plan(), into: whole)
    #expect(try await store.digest() == whole.digest())
    let counts = try await store.counts()
    #expect(counts.items == counts.planned)
  }

  @Test("two defences of one name, or two datasets, are refused by it") func names() {
    var fixture = EvaluationFixture()
    fixture.defenses.append(fixture.defenses[1])
    let defenses = #expect(throws: EvaluationError.self) { try fixture.plan() }
    #expect(defenses?.message.contains("Two defences are called 'noisy'") == true)
    #expect(defenses?.code == .invalidConfiguration)
    fixture.datasets.append(fixture.datasets[0])
    let datasets = #expect(throws: EvaluationError.self) { try fixture.plan() }
    #expect(datasets?.message.contains("Two datasets are called 'first'") == true)
  }

  @Test("everything that determines an answer is in its key") func keys() throws {
    let defense = EchoDefense(kind: "noisy", usesSeed: true, failing: nil)
    func key(
      _ subject: SubjectRecord = EvaluationFixture.record, _ prompt: String = "p",
      _ defense: any Defense, _ seed: UInt64 = 1
    ) throws -> String {
      try GenerationKey(subject: subject, prompt: prompt, defense: defense, seed: seed).hash
    }
    let base = try key(EvaluationFixture.record, "p", defense)
    #expect(try key(EvaluationFixture.record, "p", defense) == base)
    var changed: [String] = [
      try key(EvaluationFixture.record, "q", defense),
      try key(EvaluationFixture.record, "p", defense, 2),
      try key(EvaluationFixture.record, "p", EchoDefense(kind: "x", usesSeed: true, failing: nil)),
      // Canonically equivalent, and other bytes: other tokens.
      try key(EvaluationFixture.record, "caf\u{E9}", defense),
      try key(EvaluationFixture.record, "cafe\u{301}", defense),
    ]
    let changes: [(inout SubjectRecord) -> Void] = [
      { $0.engine = "b" }, { $0.modelSHA256 = "b" }, { $0.templateSHA256 = "b" },
      { $0.system = "" }, { $0.maximumTokens = 9 }, { $0.options = ["a": "b"] },
      { $0.adapters = [.init(sha256: "a", scale: 1)] },
      { $0.adapters = [.init(sha256: "a", scale: 0.5)] },
    ]
    for change in changes {
      var subject = EvaluationFixture.record
      change(&subject)
      changed.append(try key(subject, "p", defense))
    }
    #expect(Set(changed + [base]).count == changed.count + 1)
  }

  @Test("a defence without randomness has one answer, whatever the seed") func seedless() throws {
    let items = try EvaluationFixture().plan().items.filter { $0.defense == "none" }
    #expect(Set(items.map(\.seed)) == [0])
    #expect(Set(items.map { $0.sample.id + $0.dataset }).count == items.count)
  }

  @Test("effective seeds differ between prompts and seeds, and stay for the same ones")
  func effectiveSeeds() throws {
    var generator = SeededGenerator(seed: 5)
    var seen: Set<UInt64> = []
    for index in 0..<500 {
      let prompt = "prompt \(index) \(generator.next())"
      for seed: UInt64 in [0, 1, .max] {
        let effective = EffectiveSeed.of(seed, prompt: prompt)
        #expect(effective == EffectiveSeed.of(seed, prompt: prompt))
        #expect(effective < 1 << 53)
        #expect(seen.insert(effective).inserted)
      }
    }
  }
}
