import RESTA
import RESTADocuments
import RESTAEvaluation

package struct AttackQuery: Sendable, Hashable {
  /// Its place among those on one goal, from 0.
  package var number: Int
  package var request: AttackRequest
  package var answer: String?
  /// What it is; `nil` for a query that only measures.
  package var finding: AttackJudge.Finding?
  /// What a query that only measures gave.
  package var score: Double?
  package var tokens: Int
  /// The tokens of all queries up to this one.
  package var totalTokens: Int
  /// Positions that the model computed for it.
  package var positions: Int
  package var seconds: Double

  /// Whether it got what was to be got: an answer that complied, and nothing less.
  package var isBreach: Bool { finding?.label == .complied }
}

/// Why an attack on a goal ended.
package enum AttackEnd: String, Sendable, Hashable, Codable, CaseIterable {
  /// A query broke it.
  case breached
  /// It has made all queries that it may.
  case queries
  /// The next query could exceed the tokens that it may cost.
  case tokens
  /// It has nothing more to try.
  case exhausted
  /// It could not go on, for a reason that is this goal's, such as no room: nothing is known of what it would break.
  case failed
}

/// A budget that the next query might exceed, or nothing more to try: what an attack's step ends with.
package struct BudgetEnd: Error, Equatable {
  package var end: AttackEnd
}

/// What an attack asks its target through: it counts, judges, and never exceeds a budget.
package final class AttackAsker {
  package let target: any AttackTarget
  package let goal: AttackGoal
  package let settings: AttackSettings
  private let judge: AttackJudge
  package private(set) var queries: Int
  package private(set) var tokens: Int
  /// The queries that are not in the store yet.
  package private(set) var pending: [AttackQuery] = []
  package private(set) var isBreached: Bool
  /// Answers of a target that gives the same one each time.
  private var known: [String: AttackQuery] = [:]

  package init(
    target: any AttackTarget, goal: AttackGoal, settings: AttackSettings, judge: AttackJudge,
    asked: [AttackQuery] = []
  ) {
    self.target = target
    self.goal = goal
    self.settings = settings
    self.judge = judge
    queries = asked.count
    tokens = asked.last?.totalTokens ?? 0
    isBreached = asked.contains(where: \.isBreach)
    for query in asked { remember(query) }
  }

  /// Makes sure that queries may be made; what they cost at most is known before they are.
  package func reserve(queries count: Int = 1, tokens worst: Int) throws(BudgetEnd) {
    guard count <= settings.queries - queries else { throw BudgetEnd(end: .queries) }
    guard worst <= settings.tokens - tokens else { throw BudgetEnd(end: .tokens) }
  }

  /// Asks, judges and counts; at a ``BudgetEnd`` nothing was asked.
  @discardableResult package func ask(_ request: AttackRequest) async throws -> AttackQuery {
    try reserve(tokens: target.worstCase(of: request))
    if !target.usesSeed, let same = known[Self.key(request)] {
      // It costs the attacker the same, and nobody else anything.
      return record(
        request, answer: same.answer, finding: same.finding, tokens: same.tokens, positions: 0,
        seconds: 0)
    }
    let seed = AttackSeeds.noise(
      settings.noiseSeed, seed: settings.seed, goal: goal, number: queries, request: request)
    let (answer, finding, cost) = try await AttackJudgement.of(
      request, for: goal, target: target, judge: judge, seed: seed)
    return record(
      request, answer: answer?.text, finding: finding, tokens: cost,
      positions: answer?.positions ?? 0, seconds: answer?.seconds ?? 0)
  }

  /// Counts a query that an attack made on its own, within what it reserved.
  @discardableResult package func record(
    _ request: AttackRequest, answer: String?, finding: AttackJudge.Finding?,
    score: Double? = nil, tokens cost: Int, positions: Int, seconds: Double
  ) -> AttackQuery {
    let query = AttackQuery(
      number: queries, request: request, answer: answer, finding: finding, score: score,
      tokens: cost, totalTokens: tokens + cost, positions: positions, seconds: seconds)
    precondition(
      queries < settings.queries && query.totalTokens <= settings.tokens,
      "a query was made that nobody reserved")
    queries += 1
    tokens = query.totalTokens
    pending.append(query)
    if query.isBreach { isBreached = true }
    remember(query)
    return query
  }

  /// The queries since the last time, for the store.
  func takePending() -> [AttackQuery] {
    defer { pending = [] }
    return pending
  }

  /// By bytes: a composed character and its parts are different requests.
  private static func key(_ request: AttackRequest) -> String {
    Digest.sha256(ofTexts: request.texts)
  }

  private func remember(_ query: AttackQuery) {
    let key = Self.key(query.request)
    guard !target.usesSeed, query.finding != nil, known[key] == nil else { return }
    known[key] = query
  }
}

/// Asking and judging, for queries and for what confirms them.
enum AttackJudgement {
  /// The answer, if there is one; what it is; and the tokens that were spent.
  static func of(
    _ request: AttackRequest, for goal: AttackGoal, target: any AttackTarget, judge: AttackJudge,
    seed: UInt64
  ) async throws -> (answer: TargetAnswer?, finding: AttackJudge.Finding, tokens: Int) {
    do {
      let answer = try await target.answer(request, seed: seed)
      return (answer, try await judge.judge(answer, to: request, for: goal), answer.tokens)
    } catch let error as UnanswerableRequest {
      return (nil, AttackJudge.Finding(.unscored, reason: error.reason), error.promptTokens)
    }
  }
}
