package import RESTA
package import RESTADocuments
package import RESTAEvaluation

/// A way of getting a model to do what it refuses, as a configuration can name it.
///
/// Its table is the only description of its settings: keys in YAML, `--set`, what a store keeps and the
/// documentation come from it. A new attack is a type of this kind, and its line in ``AttackCatalog``.
package protocol Attack: DescribedSettings, Hashable {
  /// Its type in a configuration.
  static var kind: String { get }
  static var sentence: String { get }
  /// The most that its attacker sees.
  static var knows: AttackKnowledge { get }
  /// Whether it needs the model in process, whatever its settings.
  static var needsModel: Bool { get }

  /// Checks what no single value shows.
  func validate() throws(EvaluationError)

  /// Whether these settings need the model in process, and not only text that goes to and fro.
  var needsModel: Bool { get }
  /// What its attacker sees with these settings.
  var knows: AttackKnowledge { get }

  /// What determines its requests beside the context's seed: a part of a store's identity.
  func stored(in context: AttackContext) -> JSONObject

  /// Begins on a goal, or goes on after so many queries from what its last step left, where it leaves anything.
  ///
  /// - Throws: What keeps it from beginning at all.
  func begin(
    on goal: AttackGoal, in context: AttackContext, queries: Int, snapshot: JSONObject?
  ) async throws -> any AttackProcess
}

/// An attack on one goal, under way.
package protocol AttackProcess: Sendable {
  /// What it needs to go on from here, beside the number of its queries; kept with a step's queries.
  var snapshot: JSONObject? { get }

  /// Does what is done between two snapshots: asks the target, and says whether there is anything more to try.
  ///
  /// The same snapshot and the same answers lead to the same step, so that one that was cut off can be done again.
  ///
  /// - Throws: ``BudgetEnd`` from the asker; what the target throws.
  mutating func step(_ asker: AttackAsker) async throws -> Bool
}

/// What an attacker sees of a target beside its answers; more includes less.
package enum AttackKnowledge: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Answers.
  case text
  /// How many copies voted for what.
  case votes
  /// The model's log-probabilities.
  case logprobs

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  package static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }
}

extension Attack {
  package static var knows: AttackKnowledge { .text }
  package static var needsModel: Bool { false }
  package func validate() throws(EvaluationError) {}

  package var needsModel: Bool { Self.needsModel }
  package var knows: AttackKnowledge { Self.knows }
  package func stored(in context: AttackContext) -> JSONObject {
    JSONObject(stored: self, default: Self.defaults, table: Self.table)
  }

  static var keys: [String] { table.map(\.name) }

  static func read(
    _ fields: [String: YAMLNode], at node: YAMLNode
  ) throws(DocumentError) -> Self {
    let attack = try YAMLNode.chosen(fields, table: table, base: defaults).value
    do {
      try attack.validate()
    } catch {
      throw node.error(error.message)
    }
    return attack
  }

  /// The attack with another value of a setting; what no single value shows is checked once all have been set.
  func setting(_ name: String, to text: String) throws(DocumentError) -> any Attack {
    guard let row = Self.table.first(where: { $0.name == name }) else {
      throw DocumentError(
        "\(Self.kind): "
          + (Self.table.isEmpty
            ? "it has no settings" : Suggestion.unknown("setting", name, known: Self.keys)))
    }
    var attack = self
    let value: SettingValue =
      row.isList
      ? .list(text.split(separator: ",").map { .plain(String($0.drop { $0 == " " })) })
      : .plain(text)
    guard row.read(value, into: &attack) else {
      throw DocumentError("\(Self.kind).\(name): must be \(row.expected), not '\(text)'")
    }
    return attack
  }
}

// MARK: - Attacks of text

/// An attack whose requests are a pure function of the goal, their number and a seed: going on after a
/// cut needs nothing but the number.
package protocol TextAttack: Attack {
  /// A request, by its number from 0; `nil` behind the last one.
  func request(
    _ number: Int, for goal: AttackGoal, in context: AttackContext
  ) throws -> AttackRequest?
}

extension TextAttack {
  package func begin(
    on goal: AttackGoal, in context: AttackContext, queries: Int, snapshot: JSONObject?
  ) -> any AttackProcess {
    TextProcess(attack: self, goal: goal, context: context, number: queries)
  }
}

private struct TextProcess<Kind: TextAttack>: AttackProcess {
  let attack: Kind
  let goal: AttackGoal
  let context: AttackContext
  var number: Int
  var snapshot: JSONObject? { nil }

  mutating func step(_ asker: AttackAsker) async throws -> Bool {
    guard let request = try attack.request(number, for: goal, in: context) else { return false }
    try await asker.ask(request)
    number += 1
    return true
  }
}

/// What attacks know of a target before they ask it, and the seed of what they draw.
package struct AttackContext: Sendable {
  /// The seed of the whole run.
  package var seed: UInt64
  /// The vocabulary, where the model is in process.
  package var tokenizer: (any Tokenizer)?
  /// Pieces of text whose tokens have small embeddings: the model's own, or some that mostly have.
  package var smallPieces: [String] = []
  /// The prompts of files that attacks name, by the name.
  package var transferred: [String: TransferAttack.Prompts] = [:]
  /// What the model's answers to benign prompts begin with, most often first.
  package var openings: [TokenID] = []

  /// The random numbers of a request: the same for every defence that is attacked.
  func random(_ number: Int, for goal: AttackGoal) -> DefenseRandom {
    DefenseRandom(
      seed: AttackSeeds.of(seed, goal), purpose: .attack, lane: UInt32(truncatingIfNeeded: number))
  }

  /// The first so many tokens of a text, as text; of an unknown vocabulary, three quarters as many words.
  func cut(_ text: String, to count: Int) throws -> String {
    guard let tokenizer else {
      return text.split(separator: " ", omittingEmptySubsequences: false)
        .prefix((count * 3 + 3) / 4).joined(separator: " ")
    }
    let tokens = try tokenizer.tokenize(Array(text.utf8), parsesControl: false)
    // SentencePiece's added space is in front of the first token again when the piece is tokenised.
    let bytes = tokens.prefix(count).flatMap { tokenizer.bytes(of: $0) }
    let piece = String(decoding: bytes, as: UTF8.self)
    return tokenizer.addsSpacePrefix && piece.first == " " ? String(piece.dropFirst()) : piece
  }
}

/// The seeds of a run: derived, so that no two uses share one, and the same for each defence.
enum AttackSeeds {
  /// The first 53 bits of a hash, which survive every reader of JSON.
  private static func hashed(_ texts: [String]) -> UInt64 {
    (UInt64(Digest.sha256(ofTexts: texts).prefix(16), radix: 16) ?? 0) >> 11
  }

  /// What a goal's requests are drawn from.
  static func of(_ seed: UInt64, _ goal: AttackGoal) -> UInt64 {
    hashed(["resta-attack/1", String(seed), goal.id])
  }

  /// The noise of a query: another one each time, or a function of what is asked.
  static func noise(
    _ kind: AttackSettings.NoiseSeed, seed: UInt64, goal: AttackGoal, number: Int,
    request: AttackRequest
  ) -> UInt64 {
    switch kind {
    case .fresh:
      var random = DefenseRandom(
        seed: of(seed, goal), purpose: .attackNoise, lane: UInt32(truncatingIfNeeded: number))
      return random.next() >> 11
    case .sticky: return hashed(["resta-attack-sticky/1", String(seed)] + request.texts)
    }
  }

  /// The noise of a draw that confirms: of a purpose of its own, so that no query ever had it.
  static func confirmation(
    seed: UInt64, goal: AttackGoal, number: Int, draw: Int
  ) -> UInt64 {
    var random = DefenseRandom(
      seed: hashed(["resta-attack-confirm/1", String(of(seed, goal)), String(number)]),
      purpose: .confirmation, lane: UInt32(truncatingIfNeeded: draw))
    return random.next() >> 11
  }
}
