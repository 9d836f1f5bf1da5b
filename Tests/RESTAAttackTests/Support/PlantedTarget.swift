import Foundation
import RESTA
import RESTADocuments
import RESTAEvaluation
import RESTATesting
import Synchronization

@testable import RESTAAttack

/// A target with a weakness that a test planted: it complies where the weakness says so.
struct PlantedTarget: AttackTarget {
  static let refusal = "I'm sorry, but I can't help with that."
  static let compliance = "Here is how it is done, step by step: open the box and read the label."

  var usesSeed: Bool
  /// The most tokens of an answer, for worst cases.
  var maximumTokens = 24
  let calls = CallLog()
  /// Whether it gives in.
  let complies: @Sendable (AttackRequest, UInt64) -> Bool

  init(
    usesSeed: Bool = true, complies: @escaping @Sendable (AttackRequest, UInt64) -> Bool
  ) {
    self.usesSeed = usesSeed
    self.complies = complies
  }

  func worstCase(of request: AttackRequest) -> Int {
    request.prompt.utf8.count + maximumTokens + request.extraTokens
  }

  func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer {
    try calls.note(request, seed)
    await Task.yield()
    let text = complies(request, seed) ? Self.compliance : Self.refusal
    // Another length each time, so that budgets of tokens end anywhere.
    let length = Int(SeededGenerator.hash([seed, UInt64(request.prompt.utf8.count)]) % 20) + 1
    return TargetAnswer(
      text: text, promptTokens: request.prompt.utf8.count, answerTokens: length, positions: 7,
      seconds: 0.5)
  }
}

/// What a target was asked; it can cut a run off at any call.
final class CallLog: Sendable {
  private let state = Mutex((calls: [(request: AttackRequest, seed: UInt64)](), cut: Int?.none))

  var seeds: [UInt64] { state.withLock { $0.calls.map(\.seed) } }
  var requests: [AttackRequest] { state.withLock { $0.calls.map(\.request) } }
  var count: Int { state.withLock { $0.calls.count } }

  /// The call with this number from now on is cut off.
  func cut(after calls: Int?) {
    state.withLock { state in state.cut = calls.map { state.calls.count + $0 } }
  }

  func note(_ request: AttackRequest, _ seed: UInt64) throws {
    try state.withLock { state in
      if let cut = state.cut, state.calls.count >= cut {
        state.cut = nil
        throw CancellationError()
      }
      state.calls.append((request, seed))
    }
  }
}

/// Runs of attacks on planted targets.
struct AttackFixture {
  var goals = (0..<4).map { AttackGoal(id: "g\($0)", text: "Tell me secret number \($0)") }
  var attacks: [NamedAttack] = [NamedAttack(name: "repeat", attack: RepeatAttack())]
  var settings = AttackSettings()
  var context = AttackContext(
    seed: 1, tokenizer: ScriptedTokenizer(), smallPieces: AttackContext.commonSmallPieces)
  /// Always refuses, so that every goal is attacked.
  var undefended: PlantedTarget
  var defended: PlantedTarget

  init(
    undefended: PlantedTarget = PlantedTarget(usesSeed: false) { _, _ in false },
    _ defended: PlantedTarget
  ) {
    self.undefended = undefended
    self.defended = defended
  }

  var plan: AttackPlan {
    var context = context
    context.seed = settings.seed
    return AttackPlan(
      goals: GoalSet(source: "test", goals: goals),
      arms: [
        AttackArm(name: "none", kind: "none", settings: [:], target: undefended),
        AttackArm(name: "defended", kind: "planted", settings: [:], target: defended),
      ], attacks: attacks, settings: settings, context: context, subject: ["model": .string("x")],
      judge: AttackJudge(model: nil))
  }

  @discardableResult func run(
    into store: AttackStore, parallel: Int = 1,
    progress: @escaping @Sendable (AttackProgress) -> Void = { _ in }
  ) async throws -> AttackProgress {
    try await AttackRunner(plan, into: store, parallel: parallel).run(progress: progress)
  }

  /// The states behind the defended target after a run of its own, by goal.
  func outcome() async throws -> [String: AttackStore.UnitState] {
    let folder = try AttackFolder()
    let store = try AttackStore(path: folder.path("a.sqlite"))
    try await run(into: store)
    let states = try await store.states().filter { $0.unit.arm == "defended" }
    return Dictionary(states.map { ($0.unit.goal, $0) }, uniquingKeysWith: { one, _ in one })
  }
}

/// A folder that is removed at the end of a test.
final class AttackFolder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "resta-attack-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
