import RESTA

/// What `resta demo --json` prints for each prompt.
struct DemoReport: Encodable {
  let title: String
  @Nullable var kind: DemoScript.Kind?
  let prompt: String
  let undefended: GenerationReport
  let defended: GenerationReport
  let undefendedRefused: Bool
  let defendedRefused: Bool

  init(
    _ outcome: DemoOutcome, options: GenerationOptions, tokenizer: any Tokenizer, run: RunReport
  ) {
    title = outcome.item.title
    kind = outcome.item.kind
    prompt = outcome.item.prompt
    undefended = GenerationReport(
      outcome.undefended, options: options, tokenizer: tokenizer, run: run)
    defended = GenerationReport(outcome.defended, options: options, tokenizer: tokenizer, run: run)
    undefendedRefused = outcome.verdict.undefendedRefused
    defendedRefused = outcome.verdict.defendedRefused
  }
}
