import RESTA

/// What `resta generate --json` prints: a stable shape, to which fields may be added.
struct GenerationReport: Encodable {
  struct Settings: Encodable {
    let noise: NoiseKind
    let sigma: Double
    let sigmaUnit: Sigma.Unit
    let sigmaAbsolute: Double
    @Nullable var sigmaRelative: Double?
    let powerMatched: Bool
    let samples: Int
    let prefix: PrefixReport
    @Nullable var prefixAfter: String?
    let aggregator: Aggregator
    let tieRule: TieRule
    let perturbedRoles: [String]
    let lastTurnOnly: Bool
    let perturbedTokens: Int
    @Nullable var seed: UInt64?
    let decoder: DecoderKind
    @Nullable var plan: Plan?
    let maxTokens: Int
    let stop: [String]
    let sampling: SamplingSettings
    let samplingSeed: UInt64
  }

  /// What the decoder was allowed to save; numbers, or the text `auto`.
  struct Plan: Encodable {
    let sharesPrefix: Bool
    let draft: Automatic
    let firstWave: Automatic
  }

  /// A number, or the text `auto` where there is none.
  struct Automatic: Encodable {
    let number: Int?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let number { try container.encode(number) } else { try container.encode("auto") }
    }
  }

  let text: String
  let tokenIds: [TokenID]
  let stopReason: StopReason
  let promptTokens: Int
  let defusedControlText: Bool
  let settings: Settings
  let votes: [VoteReport]
  let totals: TotalsReport
  let run: RunReport

  init(
    _ result: GenerationResult, options: GenerationOptions,
    tokenizer: any Tokenizer, run: RunReport
  ) {
    text = result.text
    tokenIds = result.tokenIDs
    stopReason = result.stopReason
    promptTokens = result.promptTokens
    defusedControlText = result.defusedControlText
    settings = Settings(result.settings, options)
    votes = result.votes.map { VoteReport($0, tokenizer: tokenizer) }
    totals = TotalsReport(result.totals)
    self.run = run
  }
}

extension GenerationReport.Settings {
  init(_ settings: EffectiveSettings, _ options: GenerationOptions) {
    let defense = settings.defense
    noise = defense.noise.kind
    sigma = defense.noise.sigma.value
    sigmaUnit = defense.noise.sigma.unit
    sigmaAbsolute = settings.sigmaAbsolute
    sigmaRelative = settings.sigmaRelative
    powerMatched = defense.noise.powerMatched
    samples = defense.samples
    prefix = PrefixReport(defense.prefix)
    prefixAfter = if case .after(let text) = defense.window { text } else { nil }
    aggregator = defense.aggregator
    tieRule = defense.tieRule
    perturbedRoles = defense.perturbed.roles.map(\.rawValue).sorted()
    lastTurnOnly = defense.perturbed.lastUserTurnOnly
    perturbedTokens = settings.perturbedTokens
    seed = defense.seed
    decoder = settings.decoder
    plan = settings.plan.map { GenerationReport.Plan($0) }
    maxTokens = options.maximumTokens
    stop = options.stop
    sampling = options.sampling
    samplingSeed = settings.samplingSeed
  }
}

extension GenerationReport.Plan {
  init(_ plan: DecodingPlan) {
    sharesPrefix = plan.sharesPrefix
    draft =
      if case .fixed(let count) = plan.draft { .init(number: count) } else { .init(number: nil) }
    firstWave =
      if case .fixed(let count) = plan.firstWave { .init(number: min(count, 128)) } else {
        .init(number: nil)
      }
  }
}
