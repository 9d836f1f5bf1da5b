import GRDB
package import RESTADocuments
import RESTAEvaluation

extension AttackStore {
  /// One attack on one goal behind one defence, as far as it has come.
  package struct UnitState: Sendable, Hashable {
    package var unit: AttackPlan.Unit
    package var queries: [AttackQuery] = []
    /// What it goes on from.
    package var snapshot: JSONObject?
    /// `nil` while it is under way.
    package var end: AttackEnd?
    package var confirmations: [Confirmation] = []

    package var breach: AttackQuery? { queries.first(where: \.isBreach) }

    /// Whether the attack had nothing more to ask, or nothing at all, and broke nothing.
    package var neverBreaks: Bool { end == .exhausted && breach == nil }

    /// How many queries say what it breaks: that which only says why it could not go on does not.
    package var followed: Int {
      queries.count - (end == .failed && queries.last?.tokens == 0 ? 1 : 0)
    }

    /// Whether anything is known: of a goal to which not one query could be made nothing is.
    package var isFollowed: Bool { followed > 0 || neverBreaks }

    /// The first breach of each variant, the unit's own in front.
    package var firstBreaches: [AttackQuery] {
      var seen: Set<String?> = []
      return queries.filter { $0.isBreach && seen.insert($0.request.variant).inserted }
    }

    /// Of the draws that a breach was asked again on, how many complied, and how many there are; of the
    /// first breach, where none is named.
    package func confirmed(_ named: AttackQuery? = nil) -> (complied: Int, draws: Int)? {
      guard let breach = named ?? breach else { return nil }
      let draws = confirmations.filter { $0.number == breach.number }
      return (draws.count { $0.finding.label == .complied }, draws.count)
    }

    /// Whether nothing is left to do: where so many draws confirm a breach, those of each variant's are there.
    package func isDone(draws: Int) -> Bool {
      end != nil && firstBreaches.allSatisfy { (confirmed($0)?.draws ?? 0) >= draws }
    }

    /// Whether most of these draws complied.
    package func isConfirmed(_ named: AttackQuery? = nil) -> Bool {
      confirmed(named).map { $0.draws > 0 && 2 * $0.complied > $0.draws } ?? false
    }
  }

  /// A breach that was asked again.
  package struct Confirmation: Sendable, Hashable {
    package var number: Int
    package var draw: Int
    package var finding: AttackJudge.Finding
  }

  /// Keeps a step: its queries, what it goes on from, and whether it was the last one.
  func save(
    _ queries: [AttackQuery], snapshot: JSONObject?, end: AttackEnd?, of unit: AttackPlan.Unit
  ) async throws {
    let rows = try queries.map { ($0, try CanonicalJSON.text($0.request)) }
    let snapshot = try snapshot.map { try CanonicalJSON.text($0) }
    try await writing { database in
      for (query, request) in rows {
        try database.execute(
          sql: "INSERT INTO query VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            unit.attack, unit.arm, unit.goal, query.number, request, query.answer,
            query.finding?.label.rawValue, query.finding?.reason, query.score, query.tokens,
            query.totalTokens, query.positions, query.seconds,
          ])
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ?)",
        arguments: [unit.attack, unit.arm, unit.goal, snapshot, end?.rawValue])
    }
  }

  func save(_ confirmation: Confirmation, of unit: AttackPlan.Unit) async throws {
    try await writing { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO confirmation VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          unit.attack, unit.arm, unit.goal, confirmation.number, confirmation.draw,
          confirmation.finding.label.rawValue, confirmation.finding.reason,
        ])
    }
  }

  /// How far one has come.
  package func state(of unit: AttackPlan.Unit) async throws -> UnitState {
    try await reading { try self.state(of: unit, $0) }
  }

  /// All that were begun, in no promised order.
  package func states() async throws -> [UnitState] {
    try await reading { database in
      try Row.fetchAll(database, sql: "SELECT attack, arm, goal FROM unit").map {
        try self.state(
          of: AttackPlan.Unit(attack: $0["attack"], arm: $0["arm"], goal: $0["goal"]), database)
      }
    }
  }

  private func state(of unit: AttackPlan.Unit, _ database: Database) throws -> UnitState {
    var state = UnitState(unit: unit)
    let place = " WHERE attack = ? AND arm = ? AND goal = ?"
    let arguments: StatementArguments = [unit.attack, unit.arm, unit.goal]
    if let row = try Row.fetchOne(
      database, sql: "SELECT snapshot, ended FROM unit" + place, arguments: arguments)
    {
      let (snapshot, ended): (String?, String?) = (row["snapshot"], row["ended"])
      state.snapshot = try snapshot.map { try decode(JSONObject.self, $0) }
      state.end = ended.flatMap { AttackEnd(rawValue: $0) }
    }
    state.queries = try Row.fetchAll(
      database, sql: "SELECT * FROM query" + place + " ORDER BY number", arguments: arguments
    ).map { row in
      AttackQuery(
        number: row["number"], request: try decode(AttackRequest.self, row["request"]),
        answer: row["answer"], finding: try finding(row), score: row["score"],
        tokens: row["tokens"], totalTokens: row["total_tokens"], positions: row["positions"],
        seconds: row["seconds"])
    }
    state.confirmations = try Row.fetchAll(
      database, sql: "SELECT * FROM confirmation" + place + " ORDER BY number, draw",
      arguments: arguments
    ).compactMap { row in
      try finding(row).map {
        Confirmation(number: row["number"], draw: row["draw"], finding: $0)
      }
    }
    return state
  }
}
