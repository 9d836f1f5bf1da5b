import RESTATesting

@testable import RESTA

/// A drawn request with a drawn model, for the comparison with ``NaiveRESTA``.
struct DecodingScenario: CustomStringConvertible {
  let number: Int
  let prompt: [PromptToken]
  private(set) var contextLength: Int
  private(set) var defense: DefenseSettings
  let options: GenerationOptions
  let noiseSeed: UInt64
  /// What the scripted model's "weights" are.
  let modelSeed: UInt64
  /// How often a copy predicts what the unperturbed model does.
  let agreement: Double
  /// How likely the answer is to end with each token.
  let ending: Double
  /// What passes cost on the drawn machine.
  let costs: PassCosts
  /// What the fast decoder may do.
  let plan: DecodingPlan
  /// The header of checkpoints that open the turn again: any tokens will do.
  private(set) var header: [TokenID] = []
  /// What behind it is taken for a refusal.
  private(set) var refusal = ""
  /// Whether only predicted tokens have other logits than 0, which makes exact ties.
  let isFlat: Bool

  var description: String {
    "scenario \(number): prompt \(prompt.map(\.id)) of \(contextLength), users"
      + " \(prompt.indices.filter { prompt[$0].role == .user }), \(defense), \(options),"
      + " noise seed \(noiseSeed), model seed \(modelSeed), agreement \(agreement),"
      + " ending \(ending), flat \(isFlat), \(plan), \(costs)"
  }

  /// A small vocabulary with words that begin, end and hold each other, the three bytes of a euro
  /// sign, a byte that is never UTF-8, and two tokens that end an answer.
  struct Vocabulary: Tokenizer {
    static let words: [[UInt8]] =
      ["a", "b", "ab", "ba", "</t", "hink>", " "].map { Array($0.utf8) }
      + [[0xE2], [0x82], [0xAC], [0xFF]]
    static let ends = [TokenID(words.count), TokenID(words.count + 1)]

    var vocabularySize: Int { Self.words.count + 2 }
    var beginningOfSequence: TokenID? { nil }
    var addsSpacePrefix: Bool { false }
    func tokenize(_ utf8: [UInt8], parsesControl: Bool) throws -> [TokenID] {
      throw RESTAError(.engineFailed, "The scenarios' prompts are tokens already.")
    }
    func bytes(of token: TokenID) -> [UInt8] {
      Self.words.indices.contains(Int(token)) ? Self.words[Int(token)] : []
    }
    func kind(of token: TokenID) -> TokenKind { Self.ends.contains(token) ? .control : .normal }
    func isEndOfGeneration(_ token: TokenID) -> Bool { Self.ends.contains(token) }
  }

  /// Scenarios in which something is voted on, unless nothing should be.
  static func drawn(_ count: Int, seed: UInt64) async throws -> [DecodingScenario] {
    var scenarios: [DecodingScenario] = []
    var number: UInt64 = 0
    while scenarios.count < count {
      let more = all(count, seed: seed + 1_000_003 * number)
      number += 1
      for scenario in more where scenarios.count < count {
        if try await scenario.outcome(.reference) != nil { scenarios.append(scenario) }
      }
    }
    return scenarios
  }

  /// Scenarios whose window may never open.
  static func all(_ count: Int, seed: UInt64) -> [DecodingScenario] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { DecodingScenario(number: $0, &generator) }
  }

  /// The result; `nil` where the window never opened.
  func outcome(_ decoder: DecoderKind) async throws -> GenerationResult? {
    let generation = try Generation(
      model: model(), prompt: tokenized, defense: defense, options: options, decoder: decoder,
      plan: decoder == .fast ? plan : nil, probe: probe)
    do {
      return try await generation.result()
    } catch let error as RESTAError
      where [.windowNeverOpened, .windowNotReached].contains(error.code)
    {
      return nil
    }
  }

  private init(number: Int, _ generator: inout SeededGenerator) {
    self.number = number
    let roles: [ChatMessage.Role?] = [nil, .user, .user, .tool, .assistant, .system]
    prompt = (0..<generator.integer(in: 1...6)).map { index in
      let role = generator.element(of: roles)
      return PromptToken(
        id: TokenID(generator.integer(in: 0...6)), bytes: index..<(index + 1),
        messageIndex: role.map { _ in index }, role: role, isControl: false)
    }
    let maximumTokens = generator.integer(in: 1...24)
    contextLength = prompt.count + generator.element(of: [maximumTokens, 100, 3, 1])
    var prefix = PrefixLength.tokens(generator.integer(in: 0...30))
    if generator.chance(0.2) { prefix = .all }
    noiseSeed = generator.element(of: [0, .max, generator.next()])
    let isLater = generator.chance(0.3)
    let kind = generator.element(of: NoiseKind.allCases + [.hard, .hard])
    defense = DefenseSettings(
      noise: NoiseSettings(
        kind: kind,
        sigma: Sigma(
          value: generator.element(of: [0.5, 2]),
          unit: generator.element(of: Sigma.Unit.allCases)),
        powerMatched: kind.isDirectional && generator.chance(0.2)),
      samples: generator.integer(in: 1...12), prefix: prefix,
      window: isLater ? .after("</think>") : .start,
      latestStart: isLater ? generator.element(of: [nil, nil, 0, 1, 3, 7]) : nil,
      aggregator: generator.chance(0.6)
        ? .majorityVote : generator.element(of: Aggregator.allCases),
      tieRule: generator.element(of: TieRule.allCases),
      perturbed: generator.element(of: [
        .userTurns, PerturbedContent(lastUserTurnOnly: true),
        PerturbedContent(roles: [.user, .tool]), PerturbedContent(roles: [.tool]),
      ]),
      seed: noiseSeed)
    let stops = generator.element(of: [[], [], ["bab"], ["ab", "a€"], ["aab"], ["€", "b a"]])
    options = GenerationOptions(
      maximumTokens: maximumTokens, stop: stops,
      sampling: SamplingSettings(
        temperature: generator.chance(0.3) ? 0.8 : 0, topK: generator.element(of: [0, 3]),
        seed: generator.next()))
    modelSeed = generator.next()
    agreement = generator.element(of: [1, 0.8, 0.4, 0])
    ending = generator.element(of: [0, 0.03, 0.2])
    isFlat = generator.chance(0.5)
    // Where width is dear, where it is all that counts, and where it is free.
    let (fixed, each) = generator.element(of: [(0.01, 0.01), (0, 0.01), (0.01, 0), (0.005, 0.001)])
    costs = PassCosts(
      samples: [1, 8, 64].map {
        PassCosts.Sample(positions: $0, seconds: fixed + each * Double($0) + 1e-9)
      })
    let length = generator.integer(in: 0...30)
    let wave = generator.integer(in: 1...13)
    plan = DecodingPlan(
      sharesPrefix: generator.chance(0.8),
      draft: generator.chance(0.4) ? .adaptive : .fixed(length),
      firstWave: generator.chance(0.4) ? .adaptive : .fixed(wave),
      favours: generator.element(of: DecodingPlan.Goal.allCases))
    if defense.aggregator != .majorityVote { defense.tieRule = .logProbability }
    if defense.aggregator == .majorityVote, generator.chance(0.4) {
      defense.lead = generator.integer(in: 1...max(1, defense.samples / 2 + 1))
    }
    // Drawn apart, so that the others stay what they are.
    var checkpoints = SeededGenerator(seed: modelSeed ^ 1)
    if checkpoints.chance(0.4) {
      defense.checkpointEvery = checkpoints.element(of: [1, 2, 3, 5, .max])
      defense.checkpointTokens = checkpoints.element(of: [1, 2, 4, .max])
      defense.checkpointEnds = checkpoints.chance(0.7)
      if defense.prefix != .tokens(0), checkpoints.chance(0.8) {
        defense.prefix = .tokens(checkpoints.integer(in: 1...6))
      }
    }
  }

  /// The scenario with checkpoints that open the turn again.
  func probing() -> DecodingScenario {
    var scenario = self
    var generator = SeededGenerator(seed: modelSeed ^ 2)
    scenario.refusal = generator.element(of: ["ab", "aa", "hink>", "zz"])
    scenario.header = (0..<generator.integer(in: 1...4)).map { _ in
      TokenID(generator.integer(in: 0...Vocabulary.words.count))
    }
    scenario.defense.checkpointEvery = generator.element(of: [1, 2, 3, 5, .max])
    scenario.defense.checkpointForm = .header
    scenario.defense.checkpointTokens = generator.element(of: [1, 2, 4, 9])
    scenario.defense.checkpointEnds = false
    if defense.prefix != .tokens(0) {
      scenario.defense.prefix = .tokens(generator.integer(in: 1...6))
    }
    scenario.contextLength += scenario.probedPositions
    return scenario
  }

  /// How many positions a probe takes, beside the prompt and the answer.
  var probedPositions: Int {
    defense.probes ? header.count + defense.checkpointTokens : 0
  }

  var probe: CheckpointProbe {
    CheckpointProbe(header: header) { [refusal] in $0.contains(refusal) }
  }

  /// e_1..e_n of ``ScriptedModel``, of 4 dimensions.
  var embeddings: EmbeddingMatrix {
    EmbeddingMatrix(
      rows: prompt.count, dimensions: 4, values: prompt.flatMap { [Float($0.id) + 1, 1, 0, 0] })
  }

  /// U, straight from the settings.
  var positions: [Int] {
    let last = prompt.last { $0.role == .user }?.messageIndex
    return prompt.indices.filter { position in
      let token = prompt[position]
      guard let role = token.role, defense.perturbed.roles.contains(role) else { return false }
      return !(defense.perturbed.lastUserTurnOnly && role == .user && token.messageIndex != last)
    }
  }

  /// The copies e~^1..e~^k.
  func copies() throws -> [EmbeddingMatrix] {
    let noise = try EmbeddingNoise(
      defense.noise, scale: model().information.embeddingScale, seed: noiseSeed)
    return (0..<defense.samples).map { copy in
      var matrix = embeddings
      for position in positions {
        matrix.replace(
          row: position,
          with: noise.perturbedRow(embeddings[row: position], position: position, copy: copy))
      }
      return matrix
    }
  }

  /// f: a function of the bits of the prompt's embeddings (`nil` for plain tokens) and the answer.
  func logits(embeddings: EmbeddingMatrix?, answer: [TokenID]) -> [Float] {
    let shared = [modelSeed] + answer.map { UInt64($0) }
    let bits = (embeddings?.values ?? []).map { UInt64($0.bitPattern) }
    var common = SeededGenerator(seed: SeededGenerator.hash(shared))
    var own = SeededGenerator(seed: SeededGenerator.hash(shared + [1 << 40] + bits))
    let agrees = own.chance(agreement)
    let choice = Self.prediction(&common, ending)
    let predicted = agrees ? choice : Self.prediction(&own, ending)
    var row = (0...Vocabulary.words.count + 1).map { _ in
      isFlat ? 0 : Float(own.integer(in: 0...6)) / 2
    }
    row[predicted] = 4
    // Sometimes a second token is as likely: the lower id is the prediction then.
    if own.chance(0.1) { row[own.integer(in: 0...(row.count - 1))] = 4 }
    return row
  }

  private static func prediction(_ generator: inout SeededGenerator, _ ending: Double) -> Int {
    if generator.chance(ending) { return Vocabulary.words.count + generator.integer(in: 0...1) }
    // The two halves of the think tag are likely, so that windows start at all.
    if generator.chance(0.2) { return generator.integer(in: 4...5) }
    return generator.integer(in: 0...(Vocabulary.words.count - 1))
  }

  func model() -> ScriptedModel {
    ScriptedModel(
      tokenizer: Vocabulary(), contextLength: contextLength, costs: costs
    ) { context in
      guard context.promptLength == prompt.count,
        (context.sequence == 0) == (context.embeddings == nil)
      else { throw RESTAError(.engineFailed, "Sequence \(context.sequence) was fed wrongly.") }
      return logits(embeddings: context.embeddings, answer: context.answer)
    }
  }

  var tokenized: TokenizedPrompt {
    // A byte for each token, so that the spans follow from the tokens' labels.
    var tokens = prompt
    var spans: [RenderedPrompt.ContentSpan] = []
    for index in tokens.indices {
      tokens[index].bytes = index..<(index + 1)
      guard let role = tokens[index].role, let message = tokens[index].messageIndex else {
        continue
      }
      spans.append(
        RenderedPrompt.ContentSpan(
          messageIndex: message, role: role, range: index..<(index + 1)))
    }
    let text = String(repeating: "x", count: tokens.count)
    return TokenizedPrompt(
      rendered: RenderedPrompt(text: text, spans: spans), tokens: tokens, defusedControlText: false)
  }
}
