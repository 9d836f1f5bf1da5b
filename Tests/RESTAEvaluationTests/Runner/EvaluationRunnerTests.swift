import Foundation
import RESTA
import RESTADocuments
import RESTATesting
import Synchronization
import Testing

@testable import RESTAEvaluation

@Suite("Running evaluations") struct EvaluationRunnerTests {
  @Test("concurrency changes nothing", arguments: [1, 2, 8]) func concurrency(parallel: Int)
    async throws
  {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture(prompts: 9)
    let one = try EvaluationStore(path: folder.path("one.sqlite"))
    try await fixture.run(try fixture.plan(), into: one)
    let many = try EvaluationStore(path: folder.path("many.sqlite"))
    let done = try await fixture.run(try fixture.plan(), into: many, parallel: parallel)
    #expect(done.done == 9 * 4)
    #expect(done.share == 1)
    #expect(try await many.digest() == one.digest())
  }

  @Test("an interrupted run goes on where it was, and nothing is generated twice")
  func resume() async throws {
    let folder = try TemporaryFolder()
    var fixture = EvaluationFixture(prompts: 10)
    let reference = try EvaluationStore(path: folder.path("reference.sqlite"))
    try await fixture.run(try fixture.plan(), into: reference)

    let counter = Counter()
    fixture.defenses[1].defense = InterruptedDefense(
      inner: EchoDefense(kind: "noisy", usesSeed: true, failing: nil), counter: counter)
    let store = try EvaluationStore(path: folder.path("store.sqlite"))
    var interruptions = 0
    while true {
      do {
        try await fixture.run(try fixture.plan(), into: store, parallel: 3)
        break
      } catch is CancellationError {
        interruptions += 1
      }
    }
    #expect(interruptions >= 5)
    #expect(try await store.digest() == reference.digest())
    #expect(counter.finished == 10 * 3)
  }

  @Test(
    "a prompt that cannot be answered is unscored, and the others go on",
    arguments: [RESTAError.Code.contextExceeded, .windowNotReached, .windowNeverOpened])
  func failures(code: RESTAError.Code) async throws {
    let folder = try TemporaryFolder()
    var fixture = EvaluationFixture(prompts: 4, failing: 2)
    fixture.defenses[0].defense = EchoDefense(
      kind: "none", usesSeed: false, failing: "prompt 2", code: code)
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    let done = try await fixture.run(try fixture.plan(), into: store)
    #expect(done.failed == 1)
    let rows = try await store.rows(judges: ["echo/1"])
    let failed = rows.filter { $0.answer == nil }
    #expect(failed.map(\.sample.id) == ["s2"])
    #expect(failed.allSatisfy { $0.label == .unscored && $0.failure == "too long" })
    let total = try fixture.plan().total
    #expect(rows.count == total)
    // It would fail again, so it is not asked again.
    #expect(try await fixture.run(try fixture.plan(), into: store).total == 0)
  }

  @Test("a judge that cannot tell is asked again only when that is wanted")
  func unscored() async throws {
    let folder = try TemporaryFolder()
    let fixture = EvaluationFixture(prompts: 3)
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    let plan = try fixture.plan()
    let failing: [any Judge] = [UnscoredJudge()]
    let first = try await fixture.run(plan, into: store, judges: failing)
    #expect(first.unscored == plan.total && first.known == 0)
    #expect(try await store.rows(judges: ["echo/1"]).allSatisfy { $0.label == .unscored })
    #expect(try await fixture.run(plan, into: store).total == 0)
    let second = try await fixture.run(plan, into: store, retriesUnscored: true)
    // All were there, and none is new.
    #expect(second.unscored == 0 && second.known == second.done && second.done > 0)
    #expect(try await store.rows(judges: ["echo/1"]).allSatisfy { $0.label != .unscored })
  }

  @Test("an error that every answer would meet stops the run, and what is done stays")
  func fatal() async throws {
    let folder = try TemporaryFolder()
    var fixture = EvaluationFixture(prompts: 3)
    fixture.defenses[1].defense = BrokenDefense()
    let store = try EvaluationStore(path: folder.path("a.sqlite"))
    await #expect(throws: RESTAError.self) {
      try await fixture.run(try fixture.plan(), into: store)
    }
    #expect(try await store.counts().done == 1)
  }
}

/// Counts answers that were finished.
private final class Counter: Sendable {
  private let values = Mutex((started: 0, finished: 0))
  var finished: Int { values.withLock { $0.finished } }
  func start() -> Int {
    values.withLock {
      $0.started += 1
      return $0.started
    }
  }
  func finish() { values.withLock { $0.finished += 1 } }
}

/// Every fifth answer is interrupted.
private struct InterruptedDefense: Defense {
  let inner: EchoDefense
  let counter: Counter
  var kind: String { inner.kind }
  var settings: JSONObject { inner.settings }
  var usesSeed: Bool { true }

  func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    if counter.start().isMultiple(of: 5) { throw CancellationError() }
    let answer = try await inner.answer(prompt, from: subject, seed: seed)
    counter.finish()
    return answer
  }
}

private struct BrokenDefense: Defense {
  var kind: String { "noisy" }
  var settings: JSONObject { [:] }
  var usesSeed: Bool { true }
  func answer(_ prompt: String, from subject: Subject, seed: UInt64) async throws -> DefendedAnswer
  {
    throw RESTAError(.engineFailed, "out of memory")
  }
}

private struct UnscoredJudge: Judge {
  var id: String { "echo/1" }
  func judge(_ question: JudgeQuestion) async throws -> Verdict {
    Verdict(.unscored, reason: "timed out")
  }
}
