import Foundation
import RESTA
import RESTALlama

/// The demo on a screen.
struct DemoView {
  let tokenizer: any Tokenizer

  /// Says what runs, and what is shown.
  func introduce(_ script: DemoScript, _ model: LlamaModel) {
    let adapters = model.options.adapters.map { adapter in
      // Many adapters have the same file name; their folders say which one it is.
      let file = URL(fileURLWithPath: adapter.path).pathComponents.suffix(2).joined(separator: "/")
      return "LoRA adapter \(file) at scale \(Summary.number(Double(adapter.scale)))"
    }
    let title =
      ["RESTA on \(model.information.name)"] + (adapters.isEmpty ? ["no LoRA adapter"] : adapters)
    Terminal.line(Style.bold(title.joined(separator: ", ")))
    for line in Columns.wrap(script.introduction, width: Terminal.width) { Terminal.line(line) }
  }

  /// Shows one prompt with both answers.
  func show(_ outcome: DemoOutcome) {
    let (item, undefended, defended) = (outcome.item, outcome.undefended, outcome.defended)
    let width = Terminal.width
    Terminal.line(
      "\n\(Style.bold("── \(item.title) "))\(Style.dim(String(repeating: "─", count: max(0, width - item.title.count - 4))))"
    )
    for line in Columns.wrap("> " + item.prompt, width: width) { Terminal.line(Style.cyan(line)) }
    Terminal.line()
    let heads = Columns.pair("UNDEFENDED", "DEFENDED BY RESTA", width: width)
    for line in heads { Terminal.line(Style.bold(line)) }
    for line in Columns.pair(answer(undefended), answer(defended), width: width) {
      Terminal.line(line)
    }
    let verdicts = [outcome.verdict.undefendedRefused, outcome.verdict.defendedRefused]
      .map { "→ \(DemoVerdict.text(refused: $0))" }
    for line in Columns.pair("", "", width: width)
      + Columns.pair(verdicts[0], verdicts[1], width: width)
    {
      Terminal.line(Style.bold(line))
    }
    Terminal.line("\n\(Style.bold("Votes"))  \(Summary.settings(defended.settings))")
    if defended.votes.contains(where: { $0.asked < defended.settings.defense.samples }) {
      Terminal.line(Style.dim("       copies that cannot change a vote any more are not asked"))
    }
    for vote in defended.votes { Terminal.line(VoteLine(vote, tokenizer: tokenizer).text) }
    showCost(undefended, defended)
  }

  private func answer(_ result: GenerationResult) -> String {
    result.stopReason == .maximumTokens ? result.text + " …" : result.text
  }

  private func showCost(_ undefended: GenerationResult, _ defended: GenerationResult) {
    Terminal.line("\n\(Style.bold("Cost"))")
    for (name, result) in [("undefended", undefended), ("defended", defended)] {
      Terminal.line("  \(Columns.left(name, 11)) \(Summary.cost(result))")
    }
    let ratio = defended.totals.wallSeconds / max(undefended.totals.wallSeconds, 1e-9)
    Terminal.line(
      "  \(Summary.number(ratio)) times the undefended time "
        + "(\(defended.settings.decoder.rawValue) decoder; the answers differ in length)")
  }

  /// Shows all verdicts, and what they come to.
  func conclude(_ script: DemoScript, _ outcomes: [DemoOutcome]) {
    Terminal.line()
    for line in DemoTable.lines(outcomes, width: Terminal.width) { Terminal.line(line) }
    let closing = DemoClosing.sentences(outcomes.map(\.verdict))
    if !closing.isEmpty { Terminal.line() }
    for line in closing.flatMap({ Columns.wrap($0, width: Terminal.width) }) {
      Terminal.line(Style.bold(line))
    }
    Terminal.line()
    for line in Columns.wrap(script.note, width: Terminal.width) { Terminal.line(Style.dim(line)) }
  }
}
