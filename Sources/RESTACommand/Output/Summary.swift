import Foundation
import RESTA

/// One-line descriptions of settings and cost, for people.
enum Summary {
  /// `hard noise, sigma 0.4 relative (1.27 absolute) on 5 tokens, k = 10, l = 20, seed 7`.
  static func settings(_ settings: EffectiveSettings) -> String {
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
      + "l = \(defense.prefix), seed \(defense.seed.map { "\($0)" } ?? "-")"
  }

  /// `57 tokens in 1.03 s (first after 0.30 s), 500 tokens processed in 16 passes`.
  static func cost(_ result: GenerationResult) -> String {
    let totals = result.totals
    let first = totals.firstTokenSeconds.map { " (first after \(number($0)) s)" } ?? ""
    return "\(result.tokenIDs.count) tokens in \(number(totals.wallSeconds)) s\(first), "
      + "\(totals.tokensProcessed) processed in \(totals.passes) passes"
  }

  /// How many votes were clear.
  static func votes(_ votes: [VoteRecord]) -> String {
    guard !votes.isEmpty else { return "no votes" }
    let unanimous = votes.filter { $0.counts.count == 1 }.count
    let ties = votes.filter { $0.tieBreak != nil }.count
    return "\(votes.count) votes, \(unanimous) unanimous, \(ties) tied"
  }

  /// Why an answer ended, where that is not the model's own doing.
  static func ending(_ reason: StopReason) -> String? {
    switch reason {
    case .endOfGeneration, .stopString: nil
    case .maximumTokens: "cut at the maximum number of tokens (--max-tokens)"
    case .contextFull: "cut because the context is full (--ctx)"
    case .abstained: "ended by a tied vote (--tie-rule abstain)"
    }
  }

  /// Three significant digits.
  static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let digits = max(0, 2 - Int(log10(abs(value)).rounded(.down)))
    let text = String(format: "%.\(min(digits, 8))f", value)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }
}
