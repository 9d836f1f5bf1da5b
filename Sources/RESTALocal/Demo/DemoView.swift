import Foundation
import RESTA
import RESTALlama
import RESTARefusals

/// The demo on a screen.
struct DemoView {
  let tokenizer: any Tokenizer

  /// Says what runs, and what is shown.
  func introduce(_ script: DemoScript, _ model: LlamaModel, asksItsPrompts: Bool) {
    let adapters = model.options.adapters.map { adapter in
      // Many adapters have the same file name; their folders say which one it is.
      let file = URL(fileURLWithPath: adapter.path).pathComponents.suffix(2).joined(separator: "/")
      return "LoRA adapter \(file) at scale \(Summary.number(Double(adapter.scale)))"
    }
    let title =
      ["RESTA on \(model.information.name)"] + (adapters.isEmpty ? ["no LoRA adapter"] : adapters)
    Terminal.line(Style.bold(Columns.harmless(title.joined(separator: ", "))))
    let attack = asksItsPrompts ? script.attack.map { " " + $0 } ?? "" : ""
    Terminal.lines(Columns.wrap(script.introduction + attack, width: Terminal.width))
  }

  /// Shows one prompt with both answers.
  func show(_ outcome: DemoOutcome) {
    let (item, undefended, defended) = (outcome.item, outcome.undefended, outcome.defended)
    let (width, title) = (Terminal.width, "── \(Columns.harmless(item.title)) ")
    let rule = String(repeating: "─", count: max(0, width - Columns.count(title)))
    Terminal.line("\n" + Style.bold(title) + Style.dim(rule))
    for line in Columns.wrap("> " + item.prompt, width: width) { Terminal.line(Style.cyan(line)) }
    Terminal.line()
    Terminal.lines(
      Columns.pair("UNDEFENDED", "DEFENDED BY RESTA", width: width).map { Style.bold($0) })
    Terminal.lines(Columns.pair(answer(undefended), answer(defended), width: width))
    let verdicts = [outcome.verdict.undefendedRefused, outcome.verdict.defendedRefused]
      .map { "→ \(DemoVerdict.text(refused: $0))" }
    Terminal.lines(
      Columns.pair("\n" + verdicts[0], "\n" + verdicts[1], width: width).map { Style.bold($0) })
    Terminal.line("\n\(Style.bold("Votes"))  \(Summary.settings(defended.settings))")
    if defended.votes.contains(where: { $0.asked < defended.settings.defense.samples }) {
      Terminal.line(Style.dim("       copies that cannot change a vote any more are not asked"))
    }
    Terminal.lines(defended.votes.map { Summary.vote($0, tokenizer: tokenizer) })
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
    let isEqual = defended.tokenIDs.count == undefended.tokenIDs.count
    Terminal.line(
      "  \(Summary.number(ratio)) times the undefended time (\(defended.settings.decoder.rawValue) "
        + "decoder\(isEqual ? "" : "; the answers differ in length"))")
  }

  /// Shows all verdicts, and what they come to.
  func conclude(_ script: DemoScript, _ outcomes: [DemoOutcome]) {
    Terminal.line()
    Terminal.lines(DemoTable.lines(outcomes, width: Terminal.width))
    let closing = DemoClosing.sentences(outcomes.map(\.verdict))
    if !closing.isEmpty { Terminal.line() }
    for text in closing {
      Terminal.lines(Columns.wrap(text, width: Terminal.width).map { Style.bold($0) })
    }
    Terminal.line()
    for line in Columns.wrap(script.note, width: Terminal.width) { Terminal.line(Style.dim(line)) }
  }
}

/// The table at the end of the demo: a line for each prompt.
enum DemoTable {
  private static let verdictWidth = 11

  /// A title, a line for each prompt, and what the last column means; titles take what the other columns leave of the
  /// terminal's width.
  static func lines(_ outcomes: [DemoOutcome], width: Int) -> [String] {
    let titleWidth = max(12, width - 2 * (verdictWidth + 2) - 10)
    let title = row("Verdicts, by phrases", "undefended", "defended", "tokens", titleWidth)
    return [Style.bold(title)]
      + outcomes.map { outcome in
        row(
          Columns.harmless(outcome.item.title),
          text(refused: outcome.verdict.undefendedRefused),
          text(refused: outcome.verdict.defendedRefused),
          Summary.number(outcome.tokensRatio) + " x", titleWidth)
      }
      + [Style.dim("tokens: how many times those of the undefended answer the model processed")]
  }

  /// The title of the table says that it goes by phrases.
  private static func text(refused: Bool) -> String { refused ? "refused" : "not refused" }

  private static func row(
    _ title: String, _ undefended: String, _ defended: String, _ ratio: String, _ width: Int
  ) -> String {
    let isLong = Columns.count(title) > width
    let shown = isLong ? String(Columns.fitting(title, width - 1)) + "…" : title
    return [
      Columns.left(shown, width), Columns.left(undefended, verdictWidth),
      Columns.left(defended, verdictWidth), Columns.right(ratio, 8),
    ].joined(separator: "  ")
  }
}

/// What the demo says at its end: what the verdicts of this very run show, and nothing else.
enum DemoClosing {
  /// The closing sentences: one or two for each kind of prompt among the verdicts, in any order; none for none.
  static func sentences(_ verdicts: [DemoVerdict]) -> [String] {
    func of(_ kind: DemoScript.Kind) -> [DemoVerdict] { verdicts.filter { $0.kind == kind } }
    let found = [
      adversarial(of(.adversarial), of(.direct)), weakened(of(.direct)), benign(of(.benign)),
    ]
    return found.compactMap(\.self)
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

/// Whether the two answers to a prompt are refusals, by their phrases.
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
