import RESTA
import RESTALlama

/// What `resta inspect --json` prints.
struct InspectionReport: Encodable {
  struct Token: Encodable {
    let index: Int
    let id: TokenID
    let text: String
    /// The first byte of the rendered text and the one behind the last.
    let bytes: [Int]
    @Nullable var role: String?
    let control: Bool
    let perturbed: Bool
    let norm: Double
  }

  struct Noise: Encodable {
    let kind: NoiseKind
    let sigmaAbsolute: Double
    @Nullable var sigmaRelative: Double?
    let samples: Int
    let seed: UInt64
    @Nullable var flipShare: Double?
    @Nullable var meanCosine: Double?
    @Nullable var meanNormRatio: Double?
  }

  let rendered: String
  let tokens: [Token]
  let defusedControlText: Bool
  let noise: Noise

  /// Renders and tokenises a conversation, and measures the noise on k copies of it.
  init(
    model: LlamaModel, messages: [ChatMessage], template: ChatTemplate?, defense: DefenseSettings
  ) throws {
    let prompt = try Generation.tokenize(messages, for: model, template: template)
    let embeddings = try model.embeddings(of: prompt.ids)
    let positions = prompt.positions(of: defense.perturbed)
    let perturbed = Set(defense.isActive ? positions : [])
    rendered = prompt.rendered.text
    defusedControlText = prompt.defusedControlText
    tokens = prompt.tokens.enumerated().map { index, token in
      Token(
        index: index, id: token.id, text: model.tokenizer.text(of: token.id),
        bytes: [token.bytes.lowerBound, token.bytes.upperBound],
        role: token.role?.rawValue, control: token.isControl,
        perturbed: perturbed.contains(index), norm: embeddings.norm(ofRow: index))
    }
    var generator = SystemRandomNumberGenerator()
    let seed = defense.seed ?? generator.next() >> 11
    let noise = try EmbeddingNoise(
      defense.noise, embeddings: embeddings, positions: positions, seed: seed)
    let unit = Sigma(value: 1, unit: .relative)
      .absolute(
        for: defense.noise.kind, powerMatched: defense.noise.powerMatched, embeddings: embeddings,
        positions: positions)
    let statistics = NoiseStatistics(
      of: noise, embeddings: embeddings, positions: positions, copies: defense.samples)
    self.noise = Noise(
      kind: defense.noise.kind, sigmaAbsolute: noise.sigma,
      sigmaRelative: unit > 0 ? noise.sigma / unit : nil,
      samples: defense.samples, seed: seed,
      flipShare: statistics.flipShare,
      meanCosine: statistics.meanCosine,
      meanNormRatio: statistics.meanNormRatio)
  }
}
