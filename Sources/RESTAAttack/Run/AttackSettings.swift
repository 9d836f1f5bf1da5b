package import RESTA
import RESTADocuments

/// How a run attacks: budgets, seeds, what is confirmed.
package struct AttackSettings: DescribedSettings, Hashable {
  /// Which noise a query meets.
  package enum NoiseSeed: String, Sendable, Hashable, Codable, CaseIterable {
    /// Another draw for each query: a server without sticky noise.
    case fresh
    /// A function of what is asked and a secret: `defense.sticky` of `resta serve`.
    case sticky
  }

  package var queries = 20
  package var tokens = 50_000
  package var seed: UInt64 = 1
  package var noiseSeed = NoiseSeed.fresh
  package var confirm = 3
  package var keepsGoing = false
  package var maximumTokens = 48
  package var system: String?
  package var temperature = 0.0
  package var hasControls = true
  package var refuseShare = 0.3

  package static let defaults = AttackSettings()
  package static let table: [Setting<AttackSettings>] = [
    Setting(
      "queries", \.queries, .integer(1...1_000_000),
      "The most queries for each goal, attack and defence.", default: "20",
      flag: .option(value: "n"), isAlwaysStored: true),
    Setting(
      "tokens", \.tokens, .integer(1...1_000_000_000),
      "The most tokens of prompts and answers for each; a query that might exceed it is not made.",
      default: "50000", flag: .option(value: "n"), isAlwaysStored: true),
    Setting(
      "attack_seed", \.seed, .seed, "The seed of what attacks draw, and of each query's noise.",
      default: "1", flag: .option(value: "n"), isAlwaysStored: true),
    Setting(
      "noise_seed", \.noiseSeed, .choice(),
      "Other noise for each query, or the same for the same request.", default: "fresh",
      isAlwaysStored: true),
    Setting(
      "confirm", \.confirm, .integer(0...1_000),
      "On how many draws that the attack never saw a breach is asked again.", default: "3",
      flag: .option(value: "n"), isAlwaysStored: true),
    Setting(
      "keep_going", \.keepsGoing, .flag, "Go on behind the first breach, to the end of the budget.",
      default: "false", flag: .toggle(name: "keep-going", value: .bool(true)),
      isAlwaysStored: true),
    Setting(
      "max_tokens", \.maximumTokens, .integer(1...100_000), "The most tokens of an answer.",
      default: "48", flag: .option(value: "m"), isAlwaysStored: true),
    Setting(
      "system", \.system, .optional(.text), "The operator's system prompt.",
      default: "what the template does without one", flag: .option(value: "text"),
      isAlwaysStored: true),
    Setting(
      "temperature", \.temperature, .number(0...100),
      "Randomness of the tokens behind the voted prefix; 0 is greedy.", default: "0",
      flag: .option(value: "t"), isAlwaysStored: true),
    Setting(
      "controls", \.hasControls, .flag,
      "Whether a placebo and refusing at random are attacked beside.", default: "true",
      flag: .toggle(
        name: "no-controls", value: .bool(false),
        about: "Leave out the placebo and refusing at random."), isAlwaysStored: true),
    Setting(
      "refuse_share", \.refuseShare, .number(0...1),
      "How often the control refuses that refuses at random.", default: "0.3",
      flag: .option(value: "p"), isAlwaysStored: true),
  ]
}
