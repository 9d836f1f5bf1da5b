import Foundation
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTA
@testable import RESTAEvaluation

@Suite("Evaluation stores") struct EvaluationStoreTests {
  @Test("what was saved comes back, byte for byte") func roundTrip() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await store.begin(plan, record: fixture.storeRecord(plan))
    let item = try #require(plan.items.first)
    let answer = DefendedAnswer(
      text: "cafe\u{301} \u{0} \"quoted\"\r\n", tokenIDs: [1, 2], stopReason: "endOfGeneration",
      promptTokens: 4,
      votes: [
        VoteRecord(
          position: 0, tokenID: 1, counts: [.init(tokenID: 1, count: 6)], asked: 6, margin: 6,
          tieBreak: nil)
      ], passes: 3, tokensProcessed: 9, seconds: 1.25, notes: ["a": .number(0.5)])
    try await store.save(.answered(answer), key: item.key)
    try await store.save(
      Verdict(.refused, reason: "r", details: ["d": .null]), judge: "echo/1", of: item)
    let rows = try await store.rows(judges: ["echo/1"])
    #expect(rows.first?.answer == answer)
    #expect(rows.first?.answer?.text.utf8.elementsEqual(answer.text.utf8) == true)
    #expect(rows.first?.label == .refused)
    #expect(rows.first?.verdicts["echo/1"]?.details == ["d": .null])
  }

  @Test("equal prompts are one cluster, and so are those of a behavior, or without one of a goal")
  func clusters() async throws {
    let folder = try TemporaryFolder()
    var fixture = EvaluationFixture(prompts: 3)
    fixture.datasets[0].samples += [
      Sample(id: "again", role: .direct, prompt: "prompt 0"),
      Sample(id: "known", role: .benign, prompt: "prompt 1", behavior: "b"),
      Sample(id: "other", role: .benign, prompt: "prompt 1", behavior: "c"),
      Sample(id: "bare", role: .adversarial, prompt: "prompt a"),
      Sample(id: "suffix", role: .adversarial, prompt: "prompt a", goal: "g"),
      Sample(id: "story", role: .adversarial, prompt: "prompt b", goal: "g"),
      Sample(id: "named", role: .adversarial, prompt: "prompt c", behavior: "d", goal: "h"),
      Sample(id: "unnamed", role: .adversarial, prompt: "prompt e", goal: "h"),
    ]
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await fixture.run(plan, into: store)
    var found: [String: Set<String>] = [:]
    for row in try await store.rows(judges: ["echo/1"]) {
      found["\(row.dataset) \(row.sample.id)", default: []].insert(row.cluster)
    }
    #expect(
      found == [
        "first s0": ["prompt first s0"], "first again": ["prompt first s0"],
        "second s0": ["prompt first s0"], "first s1": ["behavior b"], "second s1": ["behavior b"],
        "first known": ["behavior b"], "first other": ["behavior c"],
        "first s2": ["prompt first s2"], "first bare": ["goal g"], "first suffix": ["goal g"],
        "first story": ["goal g"], "first named": ["behavior d"],
        "first unnamed": ["behavior d"],
      ])
  }

  @Test("an unscored verdict is replaced, a scored one stays") func verdictReplacement()
    async throws
  {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await store.begin(plan, record: fixture.storeRecord(plan))
    let item = try #require(plan.items.first)
    for (verdict, expected) in [
      (Verdict(.unscored, reason: "timed out"), Finding.unscored),
      (Verdict(.complied, reason: "yes"), .complied),
      (Verdict(.unscored, reason: "timed out"), .complied),
      (Verdict(.refused, reason: "no"), .complied),
    ] {
      try await store.save(verdict, judge: "j", of: item)
      #expect(try await store.verdicts().values.map(\.finding) == [expected])
    }
  }

  @Test("where coherence could not tell, the other judges' word counts, whatever the order")
  func failedCoherence() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await store.begin(plan, record: fixture.storeRecord(plan))
    let item = try #require(plan.items.first)
    try await store.save(
      .answered(DefendedAnswer(text: "No.", stopReason: "x")), key: item.key)
    try await store.save(Verdict(.unscored, reason: "no room"), judge: "coherence/1", of: item)
    try await store.save(Verdict(.refused, reason: "no"), judge: "echo/1", of: item)
    var record = fixture.storeRecord(plan)
    for judges in [["coherence/1", "echo/1"], ["echo/1", "coherence/1"]] {
      #expect(try await store.rows(judges: judges).first?.label == .refused)
      // It is named as the judge of exports.
      record.judges = judges
      #expect(record.decidingJudge == "echo/1")
    }
    #expect(try await store.rows(judges: ["coherence/1"]).first?.label == .unscored)
  }

  @Test("a damaged store is named when it is read or merged") func damage() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let path = folder.path("a.sqlite")
    let store = try EvaluationStore(path: path)
    try await fixture.run(fixture.plan(), into: store)
    try store.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let answer = try #require(bytes.range(of: Data("noisy prompt 0".utf8)))
    let page = answer.lowerBound / 4096 * 4096
    bytes.replaceSubrange(page..<page + 4096, with: [UInt8](repeating: 0x55, count: 4096))
    try bytes.write(to: URL(fileURLWithPath: path))
    let damaged = try EvaluationStore(path: path)
    let read = await #expect(throws: EvaluationError.self) { try await damaged.answers() }
    #expect(read?.message.hasPrefix("The store '\(path)' could not be read: ") == true)
    try damaged.close()
    let whole = try EvaluationStore(path: folder.path("b.sqlite"))
    let merged = await #expect(throws: EvaluationError.self) { try await whole.merge(path) }
    #expect(merged?.message.contains("'\(path)' could not be merged into '") == true)
    #expect(merged?.code == .fileFailed)
    #expect(try await whole.counts().generations == 0)
  }

  @Test("what is no store is refused by name") func wrongFiles() async throws {
    let folder = try TemporaryFolder()
    try Data("this is text, and long enough to be looked at".utf8)
      .write(to: folder.url.appendingPathComponent("text.sqlite"))
    let empty = folder.url.appendingPathComponent("empty.sqlite")
    try Data().write(to: empty)
    let other = try StoreFile(
      path: folder.path("attacks.sqlite"), holds: "attacks", made: "x", version: "attack-1",
      tables: "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT)"
    ).open(mustExist: false)
    try StoreFile.close(other, path: folder.path("attacks.sqlite"))
    for (name, expected) in [
      ("text.sqlite", "no store"), ("missing.sqlite", "There is no store"),
      ("empty.sqlite", "is empty: nothing was begun in it"),
      ("attacks.sqlite", "'resta attack report' attacks"),
      ("", "is a folder: name the store in it"),
    ] {
      let error = #expect(throws: EvaluationError.self) {
        try EvaluationStore(path: folder.path(name), mustExist: true)
      }
      #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }
    #expect(try Data(contentsOf: empty).isEmpty)
    let below = #expect(throws: EvaluationError.self) {
      try EvaluationStore(path: folder.path("text.sqlite/new/a.sqlite"))
    }
    #expect(below?.message.contains("The folder of the store") == true, "\(below?.message ?? "")")
    #if os(Linux)
      // A folder in which nobody makes files, whoever runs this.
      let closed = #expect(throws: EvaluationError.self) {
        try EvaluationStore(path: "/proc/a.sqlite")
      }
      #expect(closed?.message.contains("have it where you may write") == true)
    #endif
  }

  @Test(
    "comments and spaces of a configuration may change while a store is filled, and nothing else",
    arguments: [
      ("# not yet run\nname: a\nk: [1, 2]", "# begun\nname:  a # half\nk: [1,2]\n", true),
      ("name: 'a # b'", "name: 'a # c'", false),
      ("name: 1", "name: '1'", false),
      ("endpoint: {role: direct}", "# the other\nendpoint: {role: benign}", false),
      ("name: caf\u{E9}", "name: cafe\u{301}", false),
      ("# a", "# b", false),
      ("# resta sweep: x\n#   sigma: [1]\nk: 1", "# resta sweep: x\n#   sigma: [2]\nk: 1", false),
      ("# Answers imported from a\nk: 1", "# Answers imported from b\nk: 1", false),
      ("name: [", "name: [ ", false),
    ]) func comments(first: String, second: String, goesOn: Bool) async throws
  {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    var record = fixture.storeRecord(plan)
    record.configuration = first
    try await store.begin(plan, record: record)
    record.configuration = second
    let later = record
    guard !goesOn else { return try await store.begin(plan, record: later) }
    let error = await #expect(throws: EvaluationError.self) {
      try await store.begin(plan, record: later)
    }
    let answers = first.hasPrefix("# Answers") ? "the answers or " : ""
    #expect(error?.message.contains("another state of \(answers)the configuration.") == true)
  }

  @Test("a store is of the judges that judged it last") func judges() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    var record = fixture.storeRecord(plan)
    try await store.begin(plan, record: record)
    let item = try #require(plan.items.first)
    try await store.save(Verdict(.unscored, reason: "no reply"), judge: "echo/1", of: item)
    // A rubric was edited: the run that goes on judges every answer by the new one.
    record.judges = ["echo/2"]
    record.environment = [RecordEntry(label: "Machine", value: "another")]
    try await store.begin(plan, record: record)
    // What the former judge could not tell is no concern of the new one's, nor of the digest.
    let fresh = try EvaluationStore(path: folder.path("fresh.sqlite"))
    try await fresh.begin(plan, record: record)
    for store in [store, fresh] {
      let before = try await store.counts()
      #expect(before.verdicts == 0 && before.unscored == 0)
      try await store.save(Verdict(.unscored, reason: "no reply"), judge: "echo/2", of: item)
      let after = try await store.counts()
      #expect(after.verdicts == 1 && after.unscored == 1)
    }
    #expect(try await store.digest() == fresh.digest())
    record.judges = []
    try await store.begin(plan, record: record)
    let kept = try await store.record()
    #expect(kept?.judges == ["echo/2"])
    #expect(kept?.environment == [])
    // A part of it would leave the rest to judges that the record no longer names.
    record.judges = ["echo/3"]
    let part = try fixture.plan(try #require(EvaluationPlan.Shard("1/2")))
    let error = await #expect(throws: EvaluationError.self) {
      try await store.begin(part, record: record)
    }
    #expect(error?.message.contains("run the whole evaluation") == true)
    #expect(try await store.record()?.judges == ["echo/2"])
    // Nor is one that is larger than what is there, and lacks some of it.
    let partial = try EvaluationStore(path: folder.path("partial.sqlite"))
    record.judges = ["echo/1"]
    try await partial.begin(fixture.plan(only: ["none"]), record: record)
    record.judges = ["echo/2"]
    await #expect(throws: EvaluationError.self) {
      try await partial.begin(fixture.plan(only: ["noisy"]), record: record)
    }
    try await partial.begin(plan, record: record)
    #expect(try await partial.record()?.judges == ["echo/2"])
  }

  @Test("comparisons of a judge that was replaced stay, and count no more")
  func pairwiseJudges() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let item = try #require(plan.items.first)
    func compare(_ judge: String, in store: EvaluationStore) async throws {
      try await store.save(
        PairwiseVerdict(
          outcome: .tie, preference: 0.5, candidateLength: 1, baselineLength: 1, reason: "r"),
        at: .init(key: item.key, dataset: item.dataset, sample: item.sample.id, judge: judge))
    }
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    var record = fixture.storeRecord(plan)
    try await store.begin(plan, record: record)
    try await compare("pairwise/1:m", in: store)
    // One that was begun before records named them: all count, and naming them changes no digest.
    let unnamed = try await store.digest()
    #expect(try await store.preferences().count == 1)
    record.pairwiseJudges = ["pairwise/1:m"]
    try await store.begin(plan, record: record)
    #expect(try await store.digest() == unnamed)
    record.pairwiseJudges = ["pairwise/2:m"]
    try await store.begin(plan, record: record)
    #expect(try await store.preferences().isEmpty)
    let fresh = try EvaluationStore(path: folder.path("fresh.sqlite"))
    try await fresh.begin(plan, record: record)
    for store in [store, fresh] { try await compare("pairwise/2:m", in: store) }
    #expect(try await store.preferences().map(\.place.judge) == ["pairwise/2:m"])
    #expect(try await store.digest() == fresh.digest())
    // A record that names none says nothing of them, and who goes back finds what was there.
    record.pairwiseJudges = nil
    try await store.begin(plan, record: record)
    #expect(try await store.digest() == fresh.digest())
    record.pairwiseJudges = ["pairwise/1:m"]
    try await store.begin(plan, record: record)
    #expect(try await store.digest() == unnamed)
  }

  @Test("a store of another evaluation is not gone on with") func identity() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture()
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    let record = fixture.storeRecord(plan)
    try await store.begin(plan, record: record)
    try await store.begin(plan, record: record)
    var changed = record
    changed.configuration += "\nname: another"
    await #expect(throws: EvaluationError.self) { try await store.begin(plan, record: changed) }
    changed = record
    changed.subject.modelSHA256 = "22"
    let error = await #expect(throws: EvaluationError.self) {
      try await store.begin(plan, record: changed)
    }
    #expect(error?.message.contains("the model") == true)
    #expect(error?.message.contains("--output") == true)
    changed = record
    changed.total -= 1
    let limited = await #expect(throws: EvaluationError.self) {
      try await store.begin(plan, record: changed)
    }
    #expect(limited?.message.contains("of the data, or of --limit. Name another") == true)
    var other = fixture
    other.datasets[0].sha256 = "cc"
    let otherPlan = try other.plan()
    let data = await #expect(throws: EvaluationError.self) {
      try await store.begin(otherPlan, record: record)
    }
    #expect(data?.message.contains("other data for 'first'") == true)
    #expect(data?.message.contains("--output") == true)
  }
}
