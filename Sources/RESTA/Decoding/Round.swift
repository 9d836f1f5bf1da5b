/// The votes on a run of positions of an answer, as the copies' predictions come in.
///
/// Later positions are speculative: they count only if the tokens in front of them are chosen.
struct Round: Sendable {
  /// Which copy votes on which position, both from 0; positions from the start of the round.
  struct Place: Sendable, Hashable {
    var copy: Int
    var position: Int
  }

  /// v_i, and the logits where the vote may need them: they are as long as the vocabulary.
  struct Prediction: Sendable {
    var token: TokenID
    var row: [Float]?
  }

  /// Whether every copy counts, as for aggregators that combine their logits.
  private let needsAll: Bool
  /// The lead rule's lead, if there is one.
  private let lead: Int?
  /// Whether a token ends the answer.
  private let ends: @Sendable (TokenID) -> Bool
  /// For how many positions, from the first one, logits may be kept.
  private let rowPositions: Int
  /// By position, then by copy; `nil` where it was not asked.
  private var predictions: [[Prediction?]]

  init(
    copies: Int, positions: Int, needsAll: Bool = false, lead: Int? = nil, rowPositions: Int,
    ends: @escaping @Sendable (TokenID) -> Bool = { _ in false }
  ) {
    self.needsAll = needsAll
    self.lead = lead
    self.ends = ends
    self.rowPositions = rowPositions
    predictions = Array(
      repeating: Array(repeating: nil, count: copies), count: positions)
  }

  var count: Int { predictions.count }

  /// The copies that were not asked about a position, in order.
  func unasked(_ position: Int) -> [Int] {
    predictions[position].indices.filter { predictions[position][$0] == nil }
  }

  /// The predictions for a position so far, as far as they count.
  func ballot(_ position: Int) -> Ballot {
    let votes = predictions[position]
    // A copy may have been asked ahead of one before it; for the lead rule it waits for its turn.
    let inTurn = lead == nil ? votes[...] : votes.prefix { $0 != nil }
    return Ballot(
      predictions: inTurn.compactMap { $0?.token }, of: votes.count, lead: lead, ends: ends)
  }

  /// The copies' logits for a position, `[copies, vocabulary]`; fewer rows where they were not kept.
  func rows(_ position: Int) -> [[Float]] { predictions[position].compactMap { $0?.row } }

  /// Whether no copy that was not asked can change the token, nor make a tie; or the lead rule asks none.
  func isDecided(_ position: Int) -> Bool {
    guard !needsAll else { return unasked(position).isEmpty }
    let ballot = ballot(position)
    let open = predictions[position].count - ballot.predictions.count
    return ballot.stoppedAtLead != nil || ballot.isDecided(open: open)
  }

  /// Whether the vote on a position may need the logits of those that are asked now.
  func keepsRow(_ position: Int) -> Bool { position < rowPositions && !isDecided(position) }

  mutating func note(_ prediction: Prediction, at place: Place) {
    predictions[place.position][place.copy] = prediction
  }
}
