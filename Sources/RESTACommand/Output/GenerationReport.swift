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
    let prefix: Prefix
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

  /// l as a number, or the text `all`.
  enum Prefix: Encodable {
    case tokens(Int)
    case all

    init(_ prefix: PrefixLength) {
      switch prefix {
      case .tokens(let count): self = .tokens(count)
      case .all: self = .all
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .tokens(let count): try container.encode(count)
      case .all: try container.encode("all")
      }
    }
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

  struct Totals: Encodable {
    let passes: Int
    let tokensProcessed: Int
    let prefillS: Double
    let decodeS: Double
    let bookkeepingS: Double
    @Nullable var firstTokenS: Double?
    let wallS: Double
  }

  let text: String
  let tokenIds: [TokenID]
  let stopReason: StopReason
  let promptTokens: Int
  let defusedControlText: Bool
  let settings: Settings
  let votes: [VoteReport]
  let totals: Totals
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
    totals = Totals(result.totals)
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
    prefix = GenerationReport.Prefix(defense.prefix)
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

extension GenerationReport.Totals {
  init(_ totals: GenerationTotals) {
    passes = totals.passes
    tokensProcessed = totals.tokensProcessed
    prefillS = totals.prefillSeconds
    decodeS = totals.decodeSeconds
    bookkeepingS = totals.bookkeepingSeconds
    firstTokenS = totals.firstTokenSeconds
    wallS = totals.wallSeconds
  }
}

/// One vote, with the texts of its tokens.
struct VoteReport: Encodable {
  struct Count: Encodable {
    let tokenId: TokenID
    let text: String
    let count: Int
  }

  let position: Int
  @Nullable var tokenId: TokenID?
  @Nullable var text: String?
  let counts: [Count]
  let asked: Int
  let margin: Int
  @Nullable var tieRule: TieBreak?

  init(_ vote: VoteRecord, tokenizer: any Tokenizer) {
    position = vote.position
    tokenId = vote.tokenID
    text = vote.tokenID.map { tokenizer.text(of: $0) }
    counts = vote.counts.map {
      Count(tokenId: $0.tokenID, text: tokenizer.text(of: $0.tokenID), count: $0.count)
    }
    asked = vote.asked
    margin = vote.margin
    tieRule = vote.tieBreak
  }
}
