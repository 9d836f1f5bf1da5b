/// What was measured about our own judges on labelled answers.
///
/// A report shows it beside the judge's findings; `resta eval judge-check` measures any judge.
enum MeasuredAgreement {
  /// What is known of a judge.
  ///
  /// - Parameter judge: The judge's id.
  /// - Returns: A sentence with n, or `nil` for a judge about which nothing is known.
  static func sentence(about judge: String) -> String? { nil }
}
