/// A request with everything that decoding needs computed once: step 1 of RESTA.
struct DecodingJob: Sendable {
  /// x_1..x_n.
  let prompt: [TokenID]
  /// e_1..e_n, `[tokens, dimensions]`; no rows when nothing is voted on.
  let embeddings: EmbeddingMatrix
  /// U, ascending.
  let positions: [Int]
  /// H with its seed: a pure function, so a copy is the same whenever it is made.
  let noise: EmbeddingNoise
  let settings: EffectiveSettings
  let options: GenerationOptions
  let sampler: TokenSampler
  /// Which positions of the answer are voted on, as far as the prompt tells.
  let window: SmoothingWindow
  /// What checkpoints that open the assistant's turn again do; `nil` where there are none.
  let probe: CheckpointProbe?
  /// The most tokens that the answer may have: the smaller of what was asked for and what fits.
  let maximumTokens: Int
  let tokenizer: any Tokenizer
  /// How long a row of logits is.
  let vocabularySize: Int
  /// Whether the prompt's content spelled control tokens.
  let defusedControlText: Bool

  var defense: DefenseSettings { settings.defense }

  /// Sequences that are alive at once: k copies and the unperturbed one.
  var sequences: Int { defense.sequences }

  /// How many positions at the start of the prompt are the same in all sequences and are shared.
  ///
  /// Those in front of the first perturbed one; never the last, where the first votes are cast.
  var sharedPositions: Int {
    guard defense.isActive, settings.plan?.sharesPrefix == true else { return 0 }
    return min(positions.first ?? prompt.count, prompt.count - 1)
  }

  /// Positions over all sequences: a copy holds the prompt and what it votes on, the unperturbed
  /// one all of the answer; shared positions are there once.
  ///
  /// A window that starts later leaves open how long the copies grow, and checkpoints make them as long
  /// as the answer.
  var cells: Int {
    var votedTokens = maximumTokens
    if case .tokens(let length) = defense.prefix, let start = window.start,
      window.isOver(at: max(0, length + start), of: maximumTokens)
    {
      votedTokens = min(max(0, length + start), maximumTokens)
    }
    return prompt.count + maximumTokens
      + (sequences - 1) * (prompt.count - sharedPositions + votedTokens)
      + sequences * (probe?.positions(of: defense) ?? 0)
  }

  /// Whether a token ends the answer.
  func ends(_ token: TokenID) -> Bool {
    !options.ignoresEndOfGeneration && tokenizer.isEndOfGeneration(token)
  }

  /// e~^i, the perturbed prompt of one copy, from a position on; the engine makes its rows.
  func copy(_ index: Int, from start: Int = 0) -> PerturbedRows {
    PerturbedRows(noise, embeddings: embeddings, positions: positions, copy: index, from: start)
  }

  /// Prepares a request of valid settings.
  init(
    model: any LanguageModel, prompt: TokenizedPrompt, defense: DefenseSettings,
    options: GenerationOptions, decoder: DecoderKind, plan: DecodingPlan?, probe: CheckpointProbe?,
    noiseSeed: UInt64, samplingSeed: UInt64
  ) async throws {
    let tokens = prompt.ids
    tokenizer = model.tokenizer
    vocabularySize = model.information.vocabularySize
    defusedControlText = prompt.defusedControlText
    self.probe = probe
    maximumTokens = try Self.room(
      for: tokens.count, probe: probe?.positions(of: defense) ?? 0,
      sequences: defense.sequences, wanted: options.maximumTokens, in: model.information)

    var defense = defense
    defense.seed = noiseSeed
    positions = defense.isActive ? prompt.positions(of: defense.perturbed) : []
    embeddings = try await model.embeddings(of: defense.isActive ? tokens : [])
    let scale = model.information.embeddingScale
    noise = try EmbeddingNoise(defense.noise, scale: scale, seed: noiseSeed)
    let contentEnd = prompt.rendered.spans.last?.range.upperBound ?? 0
    let text = prompt.rendered.text.utf8
    let templateEnd = prompt.templateEnd ?? text.count
    window = SmoothingWindow(
      defense, promptEnd: Array(text.prefix(templateEnd).dropFirst(contentEnd)),
      opening: Array(text.dropFirst(templateEnd)), countedOpening: prompt.countedOpening)
    sampler = TokenSampler(options.sampling, seed: samplingSeed)
    settings = EffectiveSettings(
      defense: defense, calibration: Calibration(of: defense, for: model.information),
      sigmaAbsolute: noise.sigma,
      sigmaRelative: positions.isEmpty ? nil : scale.relative(noise),
      perturbedTokens: positions.count, samplingSeed: samplingSeed, decoder: decoder, plan: plan)
    self.prompt = tokens
    self.options = options
  }

  /// How many tokens of answer there is room for, at most `wanted`.
  private static func room(
    for promptTokens: Int, probe: Int, sequences: Int, wanted: Int, in model: ModelInformation
  ) throws(RESTAError) -> Int {
    guard promptTokens > 0 else {
      throw RESTAError(.invalidMessages, "The prompt is empty: there is nothing to answer.")
    }
    guard sequences <= model.maximumSequences else {
      throw RESTAError(
        .contextExceeded,
        "k = \(sequences - 1) needs \(sequences) sequences and the model has room for "
          + "\(model.maximumSequences). Use a smaller k.")
    }
    let room = model.contextLength - promptTokens - probe
    guard room >= 1 else {
      let over = 1 - room
      let copies =
        sequences > 1
        ? " Each of the \(sequences) sequences (k = \(sequences - 1) copies and the unperturbed "
          + "one) needs that room: \(over * sequences) cells are missing in all."
        : ""
      let probed = probe > 0 ? " and \(probe) for the checkpoints' header" : ""
      throw RESTAError(
        .contextExceeded,
        "The prompt has \(promptTokens) tokens and the context holds \(model.contextLength), "
          + "answer\(probed) included: it is \(over) tokens too long.\(copies) Shorten the prompt or raise "
          + "the context length.")
    }
    return min(wanted, room)
  }
}
