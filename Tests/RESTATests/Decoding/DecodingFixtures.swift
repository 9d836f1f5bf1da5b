import RESTA
import RESTATesting
import Synchronization
import Testing

/// What the decoder's tests have in common: prompts, settings and scripts for the byte vocabulary.
enum Fixture {
  /// The token that ends an answer in the default vocabulary.
  static let end: TokenID = 256
  static let vocabulary = 257

  /// A prompt made of parts; `nil` is template text.
  static func rendered(_ parts: [(role: ChatMessage.Role?, text: String)]) -> RenderedPrompt {
    var text = ""
    var spans: [RenderedPrompt.ContentSpan] = []
    var messages = 0
    for part in parts {
      let start = text.utf8.count
      text += part.text
      guard let role = part.role else { continue }
      if text.utf8.count > start {
        spans.append(
          RenderedPrompt.ContentSpan(
            messageIndex: messages, role: role, range: start..<text.utf8.count))
      }
      messages += 1
    }
    return RenderedPrompt(text: text, spans: spans)
  }

  static func prompt(
    _ parts: [(role: ChatMessage.Role?, text: String)],
    tokenizer: ScriptedTokenizer = ScriptedTokenizer()
  ) throws -> TokenizedPrompt {
    try PromptTokenizer(tokenizer).tokenize(rendered(parts))
  }

  /// `[hi]`: four tokens, of which the middle two are the user's.
  static func short() throws -> TokenizedPrompt {
    try prompt([(nil, "["), (.user, "hi"), (nil, "]")])
  }

  /// Hard noise of absolute sigma 1 and seed 1.
  static func defense(
    k: Int = 3, l: PrefixLength = .tokens(20), kind: NoiseKind = .hard,
    window: WindowPlacement = .start, aggregator: Aggregator = .majorityVote,
    tieRule: TieRule = .logProbability, lead: Int? = nil, perturbed: PerturbedContent = .userTurns,
    seed: UInt64? = 1
  ) -> DefenseSettings {
    DefenseSettings(
      noise: NoiseSettings(kind: kind, sigma: Sigma(value: 1, unit: .absolute)), samples: k,
      prefix: l, window: window, aggregator: aggregator, tieRule: tieRule, lead: lead,
      perturbed: perturbed,
      seed: seed)
  }

  /// Logits of 0 but for some tokens.
  static func logits(_ values: [Character: Float]) -> [Float] {
    var logits = [Float](repeating: 0, count: vocabulary)
    for (character, value) in values { logits[Int(token(character))] = value }
    return logits
  }

  /// The token of one ASCII character; `.` at the end of a script ends the answer.
  static func token(_ character: Character) -> TokenID {
    character == "." ? end : TokenID(character.asciiValue ?? 0)
  }

  /// Says the bytes of a text one by one, then ends the answer.
  static func saying(_ text: String) -> @Sendable (ScriptedModel.Context) -> TokenID {
    let bytes = Array(text.utf8)
    return { context in
      let position = context.answer.count
      return bytes.indices.contains(position) ? TokenID(bytes[position]) : end
    }
  }

  /// One text per sequence, the unperturbed one's first; a `.` ends the answer, as does the end.
  static func voting(_ texts: [String]) -> @Sendable (ScriptedModel.Context) -> TokenID {
    let columns = texts.map { Array($0) }
    return { context in
      let column = columns[context.sequence]
      let position = context.answer.count
      return column.indices.contains(position) ? token(column[position]) : end
    }
  }

  static func generate(
    _ model: ScriptedModel, prompt: TokenizedPrompt? = nil, defense: DefenseSettings,
    options: GenerationOptions = GenerationOptions(maximumTokens: 40),
    decoder: DecoderKind = .reference, clock: any Clock<Duration> = ContinuousClock()
  ) async throws -> GenerationResult {
    let generation = try Generation(
      model: model, prompt: prompt ?? short(), defense: defense, options: options,
      decoder: decoder, generator: SeededGenerator(seed: 99), clock: clock)
    let result = try await generation.result()
    #expect(model.openReservations == 0)
    return result
  }
}

extension VoteRecord {
  /// The votes as a text: `a2 b1`.
  var summary: String {
    counts.map { count in
      let name =
        count.tokenID == Fixture.end
        ? "." : String(decoding: [UInt8(truncatingIfNeeded: count.tokenID)], as: UTF8.self)
      return "\(name)\(count.count)"
    }.joined(separator: " ")
  }
}

extension ForwardSegment {
  var tokens: [TokenID]? {
    if case .tokens(let tokens) = input { tokens } else { nil }
  }

  var matrix: EmbeddingMatrix? {
    input.rows(0..<input.count)
  }
}

/// A clock that stands still until it is told to go on.
final class ManualClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration

    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private let offset = Mutex(Duration.seconds(1_000))

  var now: Instant { Instant(offset: offset.withLock { $0 }) }
  var minimumResolution: Duration { .zero }

  func advance(by duration: Duration) { offset.withLock { $0 += duration } }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    offset.withLock { $0 = max($0, deadline.offset) }
  }
}

/// Makes a script wait at one place, until its task is cancelled.
struct Checkpoint: Sendable {
  private let reached: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init() { (reached, signal) = AsyncStream.makeStream() }

  /// Waits in the script; throws `CancellationError` once the task is cancelled.
  func wait() async throws {
    signal.yield()
    try await Task.sleep(for: .seconds(3_600))
  }

  /// Cancels a task as soon as its script waits.
  func cancel(_ task: Task<some Sendable, any Error>) async {
    for await _ in reached { break }
    task.cancel()
  }
}
