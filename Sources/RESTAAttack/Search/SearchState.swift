import RESTA
import RESTADocuments
import RESTAEvaluation

/// What a search goes on from.
struct SearchState: Sendable, Hashable, Codable {
  /// The tokens of which the answer is to begin with one.
  var targets: [TokenID]
  /// What it begins with where the goal is asked as it is.
  var refusal: TokenID
  /// The best suffix so far; none before the first.
  var suffix: [TokenID] = []
  /// What candidates are compared with, on the draws that they are compared on; `nil` where it is not known yet.
  var score: SearchScore?
  /// How good it is, on draws that decide neither about its choice nor about how long it stays.
  ///
  /// One that is lucky on the draws of comparisons is harder to beat: those flatter what has stayed.
  var fresh: SearchScore?
  /// The same for votes: the targets' share of them less the refusal's.
  var votes: Double?
  /// Whether the suffix is worth an answer that it has not been given yet.
  var isWorthAsking = false
  /// Whether the suffix has been given an answer.
  var isAsked = false
  /// The steps that changed suffixes.
  var step = 0
  /// The steps since the best suffix was scored.
  var age = 0
  /// The sets of draws before the one that candidates are compared on.
  var draws = 0

  init(targets: [TokenID], refusal: TokenID) {
    self.targets = targets
    self.refusal = refusal
  }

  /// Reads what a store kept.
  init?(_ snapshot: JSONObject?) throws {
    guard let snapshot else { return nil }
    self = try CanonicalJSON.value(Self.self, from: CanonicalJSON.text(snapshot))
  }

  /// Goes on from another suffix, of which nothing is known yet.
  mutating func take(_ suffix: [TokenID]) {
    (self.suffix, isAsked, isWorthAsking) = (suffix, false, false)
  }

  /// What a store keeps.
  var snapshot: JSONObject? {
    // Numbers, all of them finite, always have a text.
    (try? CanonicalJSON.text(self)).flatMap { try? CanonicalJSON.value(JSONObject.self, from: $0) }
  }
}

extension ModelTarget {
  /// What the first token of an answer meets: a window that begins later leaves it to the undefended model.
  var firstTokenDefense: any Defense {
    let resta = (defense as? RestaDefense)?.defense
    return resta.map { $0.window == .start || $0.latestStart == 0 } ?? true
      ? defense : Undefended()
  }
}

extension AttackAsker {
  /// The model and the defence in process.
  var model: ModelTarget {
    get throws(EvaluationError) {
      guard let model = target as? ModelTarget else {
        throw EvaluationError.invalidConfiguration(
          "'search' needs the model in process, and not an endpoint.")
      }
      return model
    }
  }

  /// What a search leaves of the budgets.
  struct Kept {
    var queries = 0
    var tokens = 0
  }

  /// Whether the same request has the same answer each time.
  var repeatsAnswers: Bool { !target.usesSeed || settings.noiseSeed == .sticky }

  /// Whether another answer to the best suffix could be another one.
  func mayTell(_ state: SearchState) -> Bool { !state.isAsked || !repeatsAnswers }

  /// Makes sure that a query may be made that leaves what is kept.
  func reserve(tokens worst: Int, leaving kept: Kept) throws(BudgetEnd) {
    try reserve(queries: 1 + kept.queries, tokens: worst + kept.tokens)
  }

  /// How many of some queries that cost so much at most may be made; throws where not even one may.
  func affordable(_ count: Int, tokens worst: Int, leaving kept: Kept) throws(BudgetEnd) -> Int {
    try reserve(tokens: worst, leaving: kept)
    let tokensLeft = settings.tokens - tokens - kept.tokens
    return min(count, settings.queries - queries - kept.queries, max(1, tokensLeft / worst))
  }
}
