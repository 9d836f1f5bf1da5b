import Foundation
import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Merging stores") struct StoreMergeTests {
  @Test("parts merge to what one run gives, row for row", arguments: [2, 3, 5])
  func parts(count: Int) async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture(prompts: 12, failing: 4)
    let whole = try EvaluationStore(path: folder.path("whole.sqlite"))
    try await fixture.run(try fixture.plan(), into: whole)
    let merged = try EvaluationStore(path: folder.path("merged.sqlite"))
    for index in 1...count {
      let part = try EvaluationStore(path: folder.path("\(index).sqlite"))
      let shard = try #require(EvaluationPlan.Shard("\(index)/\(count)"))
      try await fixture.run(try fixture.plan(shard), into: part, parallel: index)
      _ = try await part.startSession(host: "machine", time: Double(index))
      try part.close()
      #expect(try await merged.digest() != whole.digest())
      try await merged.merge(folder.path("\(index).sqlite"))
    }
    #expect(try await merged.digest() == whole.digest())
    #expect(
      try await merged.rows(judges: ["echo/1"]).map(\.withoutTime)
        == whole.rows(judges: ["echo/1"]).map(\.withoutTime))
    // Once more changes nothing.
    try await merged.merge(folder.path("1.sqlite"))
    #expect(try await merged.digest() == whole.digest())
    #expect(try await merged.counts().sessions == count)
  }

  @Test("stores of different evaluations, and different answers, do not merge")
  func conflicts() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture(prompts: 3)
    let plan = try fixture.plan()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    try await fixture.run(plan, into: store)
    let digest = try await store.digest()

    let other = try EvaluationStore(path: folder.path("b.sqlite"))
    var record = fixture.storeRecord(plan)
    record.subject.modelSHA256 = "22"
    try await other.begin(plan, record: record)
    try other.close()
    await #expect(throws: EvaluationError.self) { try await store.merge(folder.path("b.sqlite")) }

    var judged = fixture.storeRecord(plan)
    judged.judges = ["echo/2"]
    let newer = try EvaluationStore(path: folder.path("d.sqlite"))
    try await newer.begin(plan, record: judged)
    try newer.close()
    let judges = await #expect(throws: EvaluationError.self) {
      try await store.merge(folder.path("d.sqlite"))
    }
    #expect(judges?.message.contains("echo/1, echo/2") == true, "\(judges?.message ?? "")")

    let differing = try EvaluationStore(path: folder.path("c.sqlite"))
    try await differing.begin(plan, record: fixture.storeRecord(plan))
    let key = try #require(plan.items.first?.key)
    try await differing.save(
      .answered(DefendedAnswer(text: "something else", stopReason: "x")), key: key)
    try differing.close()
    let error = await #expect(throws: EvaluationError.self) {
      try await store.merge(folder.path("c.sqlite"))
    }
    #expect(error?.message.contains("1 rows of 'generation'") == true, "\(error?.message ?? "")")
    #expect(try await store.digest() == digest)
  }

  @Test("what a judge said to two parts differently, or could tell in one only, merges")
  func judgesOfParts() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture(prompts: 3)
    let plan = try fixture.plan()
    let items = plan.items
    var digests: Set<String> = []
    for order in [["a", "b"], ["b", "a"]] {
      for (name, unscored, reply) in [("a", 0, "[[NO]] 12 tokens"), ("b", 1, "[[NO]] 90 tokens")] {
        let path = folder.path("\(name)-\(order[0]).sqlite")
        let store = try EvaluationStore(path: path)
        try await store.begin(plan, record: fixture.storeRecord(plan))
        try await StoreJudgeCache(store).store(reply, for: "the same question")
        for (place, item) in items.enumerated() {
          let told = place % 2 != unscored
          try await store.save(
            Verdict(told ? .refused : .unscored, reason: "r"), judge: "echo/1", of: item)
        }
        try store.close()
      }
      let merged = try EvaluationStore(path: folder.path("merged-\(order[0]).sqlite"))
      for name in order { try await merged.merge(folder.path("\(name)-\(order[0]).sqlite")) }
      #expect(try await merged.counts().unscored == 0)
      #expect(try await merged.counts().verdicts == items.count)
      digests.insert(try await merged.digest())
      // Who asks again reads no reply, and keeps the new one.
      let again = StoreJudgeCache(merged, asksAgain: true)
      #expect(try await again.reply(for: "the same question") == nil)
      try await again.store("[[YES]]", for: "the same question")
      #expect(try await again.reply(for: "the same question") == "[[YES]]")
      #expect(try await StoreJudgeCache(merged).reply(for: "the same question") == "[[YES]]")
    }
    #expect(digests.count == 1)
  }
}

extension GenerationRow {
  /// The row without the one value that differs between runs.
  var withoutTime: GenerationRow {
    var row = self
    row.answer?.seconds = 0
    return row
  }
}
