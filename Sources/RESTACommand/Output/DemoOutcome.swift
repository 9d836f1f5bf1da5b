import RESTA
import RESTARefusals

/// What came of one prompt of the demo.
struct DemoOutcome {
  let item: DemoScript.Prompt
  let undefended: GenerationResult
  let defended: GenerationResult
  let verdict: DemoVerdict

  init(_ item: DemoScript.Prompt, undefended: GenerationResult, defended: GenerationResult) {
    self.item = item
    self.undefended = undefended
    self.defended = defended
    let judge = RefusalPhraseJudge()
    verdict = DemoVerdict(
      kind: item.kind, undefendedRefused: judge.isRefusal(undefended.text),
      defendedRefused: judge.isRefusal(defended.text))
  }

  /// How many times the positions of the undefended answer the defended one had the model compute.
  var tokensRatio: Double {
    Double(defended.totals.tokensProcessed) / Double(max(1, undefended.totals.tokensProcessed))
  }
}

/// Whether the two answers to a prompt are refusals, by their first words.
struct DemoVerdict: Equatable {
  /// What the prompt is there to show; `nil` for one of the user's own.
  let kind: DemoScript.Kind?
  /// Whether the model alone refused.
  let undefendedRefused: Bool
  /// Whether the model with RESTA did.
  let defendedRefused: Bool

  /// A verdict in words that claim no more than was looked at.
  static func text(refused: Bool) -> String {
    refused ? "refused" : "not refused (by phrases)"
  }
}
