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
    let maxTokens: Int
    let stop: [String]
    let sampling: SamplingSettings
    let samplingSeed: UInt64
  }

  /// l as a number, or the text `all`.
  enum Prefix: Encodable {
    case tokens(Int)
    case all

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .tokens(let count): try container.encode(count)
      case .all: try container.encode("all")
      }
    }
  }

  struct Totals: Encodable {
    let passes: Int
    let tokensProcessed: Int
    let prefillS: Double
    let decodeS: Double
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
    switch defense.prefix {
    case .tokens(let count): prefix = .tokens(count)
    case .all: prefix = .all
    }
    prefixAfter = if case .after(let text) = defense.window { text } else { nil }
    aggregator = defense.aggregator
    tieRule = defense.tieRule
    perturbedRoles = defense.perturbed.roles.map(\.rawValue).sorted()
    lastTurnOnly = defense.perturbed.lastUserTurnOnly
    perturbedTokens = settings.perturbedTokens
    seed = defense.seed
    decoder = settings.decoder
    maxTokens = options.maximumTokens
    stop = options.stop
    sampling = options.sampling
    samplingSeed = settings.samplingSeed
  }
}

extension GenerationReport.Totals {
  init(_ totals: GenerationTotals) {
    passes = totals.passes
    tokensProcessed = totals.tokensProcessed
    prefillS = totals.prefillSeconds
    decodeS = totals.decodeSeconds
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
