extension DefendedAnswer {
  /// The stop reason of an answer that the defence itself gave, without the model.
  package static let rejected = "rejected"
}
