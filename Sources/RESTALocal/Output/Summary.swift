import Foundation
package import RESTA
import RESTADocuments

/// One-line descriptions of settings and cost, for people.
package enum Summary {
  /// `hard noise, sigma 0.4 relative (1.27 absolute) on 5 tokens, k = 10, l = 20, seed 7`.
  package static func settings(_ settings: EffectiveSettings) -> String {
    let defense = settings.defense
    guard defense.isActive else { return "no defence" }
    var sigma = "sigma \(number(settings.sigmaAbsolute)) absolute"
    if let relative = settings.sigmaRelative {
      sigma =
        defense.noise.sigma.unit == .relative
        ? "sigma \(number(relative)) relative (\(number(settings.sigmaAbsolute)) absolute)"
        : "sigma \(number(settings.sigmaAbsolute)) absolute (\(number(relative)) relative)"
    }
    let tokens = settings.perturbedTokens
    return
      "\(defense.noise.kind.rawValue) noise\(defense.noise.powerMatched ? ", power-matched" : ""), "
      + "\(sigma) on \(tokens) token\(tokens == 1 ? "" : "s"), k = \(defense.samples), "
      + "l = \(defense.prefix)\(others(defense))"
      + "\(calibration(settings.calibration)), seed \(defense.seed.map { "\($0)" } ?? "-")"
  }

  /// What somebody chose needs no word.
  private static func calibration(_ calibration: Calibration) -> String {
    calibration == .chosen ? "" : ", \(calibration.words)"
  }

  /// What else is not as usual, by the names of the rows.
  private static func others(_ defense: DefenseSettings) -> String {
    let told: Set = [
      "noise", "sigma", "sigma_unit", "power_matched", "samples", "prefix", "seed",
    ]
    return DefenseSettings.table.map { row in
      let value = row.write(defense)
      guard !told.contains(row.name), value != row.write(.defaults) else { return "" }
      return ", \(row.name) = \(YAMLText.line(value))"
    }.joined()
  }

  /// `57 tokens in 1.03 s (first after 0.30 s), 500 processed in 16 passes, 700 kept from earlier turns`.
  package static func cost(_ result: GenerationResult) -> String {
    let totals = result.totals
    let first = totals.firstTokenSeconds.map { " (first after \(number($0)) s)" } ?? ""
    let kept = totals.tokensReused > 0 ? ", \(totals.tokensReused) kept from earlier turns" : ""
    return "\(result.tokenIDs.count) tokens in \(number(totals.wallSeconds)) s\(first), "
      + "\(totals.tokensProcessed) processed in \(totals.passes) passes\(kept)"
  }

  /// How many votes were clear.
  package static func votes(_ votes: [VoteRecord]) -> String {
    guard !votes.isEmpty else { return "no votes" }
    let unanimous = votes.count(where: \.isUnanimous)
    let ties = votes.filter { $0.tieBreak != nil }.count
    let stopped = votes.filter { $0.stoppedAtLead != nil }.count
    let lead = votes.compactMap(\.stoppedAtLead).first.map {
      ", \(stopped) ended by a lead of \($0)"
    }
    return "\(votes.count) votes, \(unanimous) unanimous, \(ties) tied\(lead ?? "")"
  }

  /// What is said below an answer.
  static func answer(_ result: GenerationResult) -> [String] {
    let notes: [String?] = [
      votes(result.votes), probes(result), cost(result), ending(result.stopReason),
    ]
    return notes.compactMap(\.self)
  }

  /// How many checkpoints opened the assistant's turn again, if the defence has those.
  private static func probes(_ result: GenerationResult) -> String? {
    guard result.settings.defense.probes else { return nil }
    let refused = result.probes.contains(where: \.isRefusal)
    return "\(result.probes.count) checkpoints with a header, "
      + (refused ? "a refusal at the last one" : "none with a refusal")
  }

  /// Why an answer ended, where that is not the model's own doing.
  private static func ending(_ reason: StopReason) -> String? {
    switch reason {
    case .endOfGeneration, .stopString: nil
    case .maximumTokens: "cut at the maximum number of tokens (--max-tokens)"
    case .contextFull: "cut because the context is full (--ctx)"
    case .abstained: "ended by a tied vote (--tie-rule abstain)"
    case .checkpoint: "ended where a vote parted from the unperturbed model (--checkpoint-ends)"
    case .checkpointRefusal:
      "ended where the copies refused in a turn of their own (--checkpoint-form header)"
    }
  }

  /// Three significant digits.
  package static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let digits = max(0, 2 - Int(log10(abs(value)).rounded(.down)))
    guard digits <= 8 else { return String(format: "%.3g", value) }
    let text = String(format: "%.\(digits)f", value)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }

  /// One vote on one line, its position, the token, and the candidates with their votes: green when all copies
  /// agree, yellow when the margin is small, red for a tie.
  static func vote(_ vote: VoteRecord, tokenizer: any Tokenizer) -> String {
    let chosen = vote.tokenID.map { Columns.visible(tokenizer.text(of: $0)) } ?? "(none)"
    let share = Double(vote.counts.first?.count ?? 0) / Double(max(1, vote.asked))
    let bar = String(repeating: "█", count: Int((share * 10).rounded()))
    let candidates = vote.counts.prefix(5).map { count in
      "\(Columns.visible(tokenizer.text(of: count.tokenID))) \(count.count)"
    }
    let more = vote.counts.count > 5 ? "  and \(vote.counts.count - 5) more" : ""
    let tie =
      vote.tieBreak.map { "  (tie, by \($0.rawValue))" }
      ?? vote.stoppedAtLead.map { "  (ended by a lead of \($0))" } ?? ""
    let style: Style =
      vote.tieBreak != nil ? .red : vote.margin * 2 > vote.asked ? .green : .yellow
    return "  \(Columns.right("\(vote.position + 1)", 3))  \(Columns.left(chosen, 14)) "
      + "\(style(Columns.left(bar, 10)))  \(candidates.joined(separator: "  "))\(more)\(tie)"
  }
}
