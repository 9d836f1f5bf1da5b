/// The votes on a run of positions of an answer, as the copies' predictions come in.
///
/// Later positions are speculative: they count only if the tokens in front of them are chosen.
struct VotingRun: Sendable {
  /// One copy's prediction for one position.
  struct Place: Sendable, Hashable {
    /// The copy, from 0.
    var copy: Int
    /// The position, from 0 at the start of the run.
    var position: Int
  }

  /// When rows of logits have to be kept: they are as long as the vocabulary.
  enum Retention: Sendable {
    /// Never: only predictions count.
    case none
    /// As long as the vote may end in a tie.
    case undecided
    /// Always: the aggregator combines them.
    case all
  }

  private struct Position: Sendable {
    /// v_i by copy; `nil` where it was not asked.
    var predictions: [TokenID?]
    var rows: [Int: [Float]] = [:]
  }

  private let retention: Retention
  private var positions: [Position]

  /// - Parameters:
  ///   - copies: k.
  ///   - positions: How many positions are voted on, at least 1.
  ///   - retention: What is kept of the logits.
  init(copies: Int, positions: Int, retention: Retention) {
    self.retention = retention
    self.positions = Array(
      repeating: Position(predictions: Array(repeating: nil, count: copies)), count: positions)
  }

  var count: Int { positions.count }

  /// The copies that were not asked about a position, in order.
  func unasked(_ position: Int) -> [Int] {
    positions[position].predictions.indices.filter { positions[position].predictions[$0] == nil }
  }

  /// The predictions for a position so far.
  func ballot(_ position: Int) -> Ballot {
    Ballot(predictions: positions[position].predictions.compactMap { $0 })
  }

  /// All copies' logits for a position, `[copies, vocabulary]`; fewer rows where they were not kept.
  func rows(_ position: Int) -> [[Float]] {
    positions[position].rows.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Whether no copy that was not asked can change the token, nor make a tie.
  func isDecided(_ position: Int) -> Bool {
    guard retention != .all else { return unasked(position).isEmpty }
    return ballot(position).lead > unasked(position).count
  }

  /// Takes logits of a pass.
  ///
  /// - Parameters:
  ///   - logits: `[places, vocabulary]`.
  ///   - places: Whose they are.
  /// - Throws: ``RESTAError`` with `nonFiniteOutput`.
  mutating func read(_ logits: Span<Float>, of places: ArraySlice<Place>) throws {
    guard !places.isEmpty else { return }
    let width = logits.count / places.count
    for (number, place) in places.enumerated() {
      let row = logits.extracting(number * width..<(number + 1) * width)
      positions[place.position].predictions[place.copy] = TokenID(try Logits.argmax(row))
    }
    guard retention != .none else { return }
    for (number, place) in places.enumerated() where !isSettled(place.position) {
      positions[place.position].rows[place.copy] = (number * width..<(number + 1) * width).map {
        logits[$0]
      }
    }
    for position in Set(places.map(\.position)) where isSettled(position) {
      positions[position].rows = [:]
    }
  }

  /// Whether a position's logits are of no more use.
  private func isSettled(_ position: Int) -> Bool { retention != .all && isDecided(position) }
}

extension Ballot {
  /// By how many votes the leader leads; 0 in a tie, and when nobody was asked.
  var lead: Int {
    let counts = counts
    return (counts.first?.count ?? 0) - (counts.dropFirst().first?.count ?? 0)
  }
}
