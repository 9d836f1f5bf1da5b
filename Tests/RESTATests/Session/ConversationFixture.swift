import RESTATesting
import Synchronization

@testable import RESTA

/// A model whose sequences come from a real scheduler over a scripted engine: of 64 tokens, it predicts 0
/// or 1, by a hash of all that a sequence holds.
final class ScheduledModel: LanguageModel {
  let information = ModelInformation(
    name: "scheduled", architecture: "scripted", dimensions: 2, vocabularySize: 64,
    contextLength: 400, maximumSequences: 64,
    embeddingScale: EmbeddingScale(of: ScheduledModel.rows(Array(0..<64))))
  let tokenizer: any Tokenizer = Letters()
  let chatTemplate: ChatTemplate? = nil
  let engine = ScriptedEngine()
  let scheduler: Scheduler

  /// Tokens without a text that would matter; the last one ends an answer, and is never predicted.
  private struct Letters: Tokenizer {
    let vocabularySize = 64
    let beginningOfSequence: TokenID? = nil
    let addsSpacePrefix = false
    func tokenize(_ utf8: [UInt8], parsesControl: Bool) -> [TokenID] { utf8.map { TokenID($0) } }
    func bytes(of token: TokenID) -> [UInt8] { [UInt8(ascii: token == 0 ? "a" : "b")] }
    func kind(of token: TokenID) -> TokenKind { .normal }
    func isEndOfGeneration(_ token: TokenID) -> Bool { token == 63 }
  }

  init(usual: SequenceRoom = .none) { scheduler = Scheduler(engine: engine, usual: usual) }

  func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix { Self.rows(tokens) }

  private static func rows(_ tokens: [TokenID]) -> EmbeddingMatrix {
    EmbeddingMatrix(
      rows: tokens.count, dimensions: 2, values: tokens.flatMap { [Float($0) + 1, 1] })
  }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    try await scheduler.reserve(sequences: sequences, cells: cells)
  }

  func reserve(
    sequences: Int, cells: Int, continuing kept: any SequenceReservation, lengths: [Int]
  ) async throws -> any SequenceReservation {
    try await scheduler.reserve(
      sequences: sequences, cells: cells, source: scheduler.number(of: kept), lengths: lengths)
  }
}

/// A conversation that somebody may have: turns, second thoughts, other settings, as a seed has it.
struct DrawnConversation {
  struct Message {
    let role: ChatMessage.Role
    var tokens: [TokenID]
  }

  private(set) var messages: [Message]
  private(set) var defense: DefenseSettings
  private(set) var options: GenerationOptions
  private var generator: SeededGenerator
  /// Where the answer to the last turn goes.
  private var isAnswered = true

  /// Starts with the operator's system prompt.
  init(seed: UInt64, system: [TokenID], checkpoints: Bool = false) {
    generator = SeededGenerator(seed: seed)
    messages = [Message(role: .system, tokens: system)]
    defense = DefenseSettings(
      noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: 1, unit: .absolute)), samples: 4,
      prefix: .tokens(4), seed: seed)
    options = GenerationOptions(maximumTokens: 8)
    guard checkpoints else { return }
    defense.prefix = .tokens(1)
    defense.checkpointEvery = 1 + Int(seed % 3)
    defense.checkpointTokens = 1 + Int(seed / 3 % 3)
    defense.checkpointEnds = seed % 4 == 0
    defense.lead = 2
  }

  private mutating func tokens(_ range: ClosedRange<Int>) -> [TokenID] {
    (0..<generator.integer(in: range)).map { _ in TokenID(generator.integer(in: 2...60)) }
  }

  /// Makes up the next request; most of them go on where the last one ended.
  mutating func next() {
    switch generator.integer(in: 0...19) {
    case 0: messages = [messages[0]]
    case 1: messages[0].tokens = tokens(0...6)
    case 2:
      let index = generator.integer(in: 0...messages.count - 1)
      messages[index].tokens = tokens(1...8)
    case 3: messages.removeLast(generator.integer(in: 0...(messages.count - 1)))
    case 4: change()
    case 5 where messages.count > 2 && messages.last?.role == .user: return  // Asked again.
    default: break
    }
    options.maximumTokens = generator.integer(in: 1...12)
    if generator.chance(0.1) {
      options.sampling = SamplingSettings(temperature: generator.element(of: [0, 1]), seed: 7)
    }
    messages.append(Message(role: .user, tokens: tokens(1...10)))
  }

  private mutating func change() {
    switch generator.integer(in: 0...7) {
    case 0: defense.seed = UInt64(generator.integer(in: 0...3))
    case 1: defense.samples = generator.integer(in: 1...6)
    case 2: defense.noise.kind = generator.element(of: [.isotropic, .hard, .soft])
    case 3: defense.noise.sigma.value = generator.element(of: [0.5, 1])
    case 4: defense.prefix = generator.element(of: [.all, .tokens(0), .tokens(4), .tokens(20)])
    case 5: defense.perturbed = PerturbedContent(lastUserTurnOnly: generator.chance(0.5))
    case 6: defense.noise.kind = generator.element(of: [.none, .isotropic])
    default: defense.tieRule = generator.element(of: TieRule.allCases.filter { $0 != .abstain })
    }
  }

  /// Takes an answer into the history; now and then its end is other tokens there.
  mutating func answer(_ answer: [TokenID]) {
    var answer = answer
    if generator.chance(0.3), !answer.isEmpty { answer[answer.count - 1] = 62 }
    messages.append(Message(role: .assistant, tokens: answer))
  }

  /// How a turn ends.
  mutating func isStopped() -> Bool { generator.chance(0.1) }

  /// The prompt: a marker in front of each message, and one for the answer.
  var prompt: TokenizedPrompt {
    var tokens: [PromptToken] = []
    var spans: [RenderedPrompt.ContentSpan] = []
    func append(_ id: TokenID, _ index: Int?, _ role: ChatMessage.Role?) {
      tokens.append(
        PromptToken(
          id: id, bytes: tokens.count..<tokens.count + 1, messageIndex: index, role: role,
          isControl: role == nil))
    }
    for (index, message) in messages.enumerated() {
      append(61, nil, nil)
      let start = tokens.count
      for token in message.tokens { append(token, index, message.role) }
      spans.append(
        RenderedPrompt.ContentSpan(
          messageIndex: index, role: message.role, range: start..<tokens.count))
    }
    append(61, nil, nil)
    var prompt = TokenizedPrompt(
      rendered: RenderedPrompt(text: String(repeating: "x", count: tokens.count), spans: spans),
      tokens: tokens, defusedControlText: false)
    prompt.trusted = [0]
    return prompt
  }
}

/// What an answer is, whatever it took.
struct Answer: Equatable {
  let tokens: [TokenID]
  let reason: StopReason
  let voted: [TokenID?]
  let ties: [TieBreak?]

  init(_ result: GenerationResult) {
    tokens = result.tokenIDs
    reason = result.stopReason
    voted = result.votes.map(\.tokenID)
    ties = result.votes.map(\.tieBreak)
  }
}
