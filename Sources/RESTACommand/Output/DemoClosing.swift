/// What the demo says at its end: what the verdicts of this very run show, and nothing else.
enum DemoClosing {
  /// The closing sentences.
  ///
  /// - Parameter verdicts: Those of all prompts, in any order.
  /// - Returns: A sentence or two for each kind of prompt that there was; empty for none.
  static func sentences(_ verdicts: [DemoVerdict]) -> [String] {
    [
      adversarial(verdicts.filter { $0.kind == .adversarial }, direct(in: verdicts)),
      weakened(direct(in: verdicts)),
      benign(verdicts.filter { $0.kind == .benign }),
    ].compactMap { $0 }
  }

  private static func direct(in verdicts: [DemoVerdict]) -> [DemoVerdict] {
    verdicts.filter { $0.kind == .direct }
  }

  private static func adversarial(_ verdicts: [DemoVerdict], _ direct: [DemoVerdict]) -> String? {
    guard !verdicts.isEmpty else { return nil }
    let broken = verdicts.filter { !$0.undefendedRefused }
    let restored = broken.filter(\.defendedRefused)
    guard !broken.isEmpty else {
      return "The suffix did not work on this machine: the undefended model refused all the same, "
        + "so this run does not show that the defence helps." + lost(verdicts)
    }
    // Where the request alone is not refused, an answer is not the suffix's doing.
    guard direct.allSatisfy(\.undefendedRefused) else {
      return "The undefended model does not refuse the direct request on this machine, so this run "
        + "does not show what a suffix does." + lost(verdicts)
    }
    if verdicts.count > 1 {
      return "Of \(verdicts.count) suffixes \(broken.count) worked on the undefended model; RESTA "
        + "restored the refusal of \(restored.count)." + lost(verdicts)
    }
    return restored.isEmpty
      ? "The suffix worked on the undefended model, and RESTA did not restore the refusal here."
      : "The suffix worked on the undefended model; with RESTA the model refused."
  }

  /// What RESTA itself undid, with a space in front.
  private static func lost(_ verdicts: [DemoVerdict]) -> String {
    verdicts.contains { $0.undefendedRefused && !$0.defendedRefused }
      ? " With RESTA the model did not refuse a prompt with a suffix that it refuses undefended."
      : ""
  }

  private static func weakened(_ verdicts: [DemoVerdict]) -> String? {
    guard verdicts.contains(where: { $0.undefendedRefused && !$0.defendedRefused }) else {
      return nil
    }
    return "RESTA weakened the model here: with it, the direct request was not refused any more."
  }

  private static func benign(_ verdicts: [DemoVerdict]) -> String? {
    guard !verdicts.isEmpty else { return nil }
    if verdicts.contains(where: { $0.defendedRefused && !$0.undefendedRefused }) {
      return "RESTA made the model refuse a benign prompt: that is its price."
    }
    if verdicts.contains(where: \.undefendedRefused) {
      return "The undefended model itself refuses a benign prompt."
    }
    return "With and without RESTA, no benign prompt was refused."
  }
}
