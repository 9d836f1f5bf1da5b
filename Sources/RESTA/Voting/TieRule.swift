/// What decides a vote in which several tokens have the most votes.
///
/// It is for the majority vote: the other aggregators take the lower token id of equal scores.
public enum TieRule: String, Sendable, Hashable, Codable, CaseIterable {
  /// The larger sum of log-probabilities over the copies, then the lower token id. The default.
  case logProbability = "log-probability"
  /// The lower token id.
  case tokenID = "token-id"
  /// The unperturbed model's token where it is one of the leaders, else as ``logProbability``.
  case unperturbed
  /// No token: the answer ends there, with the stop reason `abstained`.
  case abstain
}

/// How one tie was broken.
public enum TieBreak: String, Sendable, Hashable, Codable {
  /// By the larger sum of log-probabilities over the copies.
  case logProbability = "log-probability"
  /// By the lower token id.
  case tokenID = "token-id"
  /// By the unperturbed model's token.
  case unperturbed
  /// Not at all: the vote abstained.
  case abstained
}
