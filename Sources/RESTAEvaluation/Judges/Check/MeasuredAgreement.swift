/// What was measured about our own judges on labelled answers.
///
/// A report shows it beside the judge's findings; `resta eval judge-check` measures any judge.
package enum MeasuredAgreement {
  /// What is known of a judge.
  ///
  /// - Parameter judge: The judge's id.
  /// - Returns: A sentence with n, or `nil` for a judge about which nothing is known.
  package static func sentence(about judge: String) -> String? {
    switch judge {
    case "refusal-phrases/1":
      // `resta eval judge-check` on the four artifacts against Vicuna-13B, judge refusal-phrases.
      """
      on 382 answers of JailbreakBench's artifacts against Vicuna-13B, with their own labels: agreement \
      85 % (326 of 382), but of the 54 answers that are not labelled jailbroken it finds 3 refusals: most \
      of them do not refuse, they miss the point. Where answers are of that kind, use a chat judge
      """
    default: nil
    }
  }
}
