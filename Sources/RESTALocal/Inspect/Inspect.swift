import ArgumentParser
import RESTA
import RESTALlama

/// `resta inspect`: the prompt as the model and the defence see it.
struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a rendered prompt token by token, and which tokens get noise.",
    discussion: """
      For each token: its id, text, whose content it is, whether noise is added, and the norm of \
      its embedding. Then what the chosen noise does to the perturbed ones.

      Examples:
        resta inspect "Name three primary colours."
        resta inspect --messages chat.json --noise isotropic --sigma 0.5 --json
      """)

  @Argument(help: "The prompt; - reads it from the input. (default: -)")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A conversation: a JSON list of {\"role\", \"content\"}; '-' is the input.",
      valueName: "file"))
  var messages: String?

  @Option(help: ArgumentHelp("The system prompt. (default: the template's)", valueName: "text"))
  var system: String?

  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Defence") var defense: DefenseArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    let conversation = try await Conversation.read(
      prompt: prompt, messages: messages, system: system)
    try model.check(defense)
    let loaded = try await model.loadAny()
    let report = try await InspectionReport(
      model: loaded, messages: conversation,
      template: try model.template(for: loaded, system: system),
      defense: try defense.settings(for: loaded.information))
    guard !json else { return try JSONOutput.print(report) }
    report.show()
  }
}

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
    let calibration: Calibration
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
    model: any LanguageModel, messages: [ChatMessage], template: ChatTemplate?,
    defense: DefenseSettings
  ) async throws {
    let prompt = try Generation.tokenize(messages, for: model, template: template)
    let embeddings = try await model.embeddings(of: prompt.ids)
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
    let scale = model.information.embeddingScale
    let noise = try EmbeddingNoise(defense.noise, scale: scale, seed: seed)
    let statistics = NoiseStatistics(
      of: noise, embeddings: embeddings, positions: positions, copies: defense.samples)
    self.noise = Noise(
      kind: defense.noise.kind,
      calibration: Calibration(of: defense, for: model.information), sigmaAbsolute: noise.sigma,
      sigmaRelative: scale.relative(noise),
      samples: defense.samples, seed: seed,
      flipShare: statistics.flipShare,
      meanCosine: statistics.meanCosine,
      meanNormRatio: statistics.meanNormRatio)
  }
}

extension InspectionReport {
  /// Prints it for people.
  func show() {
    Terminal.line(Style.dim("index      id  role       noise    norm  text"))
    for token in tokens {
      let row =
        "\(Columns.right("\(token.index)", 5)) \(Columns.right("\(token.id)", 7))  "
        + "\(Columns.left(token.role ?? (token.control ? "control" : "template"), 10)) "
        + "\(Columns.left(token.perturbed ? "yes" : "-", 5)) "
        + "\(Columns.right(Summary.number(token.norm), 7))  \(Columns.visible(token.text))"
      Terminal.line(token.perturbed ? Style.yellow(row) : token.control ? Style.cyan(row) : row)
    }
    if defusedControlText {
      Terminal.line("\nThe content spells control tokens; they were read as text.")
    }
    printNoise()
  }

  private func printNoise() {
    let count = tokens.filter(\.perturbed).count
    Terminal.line("\n\(count) of \(tokens.count) tokens are perturbed.")
    guard noise.kind != .none, count > 0 else { return }
    let relative = noise.sigmaRelative.map { ", \(Summary.number($0)) relative" } ?? ""
    Terminal.line(
      "\(noise.kind.rawValue) noise, sigma \(Summary.number(noise.sigmaAbsolute)) absolute\(relative), "
        + "over \(noise.samples) copies, seed \(noise.seed):")
    if let warning = noise.calibration.warning { Terminal.line(warning) }
    let rows: [(String, Double?)] = [
      ("share of tokens turned around (cosine below 0)", noise.flipShare),
      ("mean cosine to the clean embedding", noise.meanCosine),
      ("mean norm relative to the clean one", noise.meanNormRatio),
    ]
    for (name, value) in rows {
      Terminal.line("  \(Columns.left(name, 48)) \(value.map { Summary.number($0) } ?? "-")")
    }
  }
}
