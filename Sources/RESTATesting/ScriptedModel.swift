public import RESTA
import Synchronization

/// A model whose predictions are a function: no weights, exact, and it counts what it is asked.
///
/// Its "embedding" of token t is the one-dimensional-per-axis vector (t + 1, 1, 0, ...), so that a
/// perturbed prompt can be told from the plain one.
public final class ScriptedModel: LanguageModel {
  /// What the script sees of one sequence when logits are wanted.
  public struct Context: Sendable {
    /// The sequence in the reservation: 0 is the unperturbed one, i + 1 is copy i.
    public var sequence: Int
    /// How many positions came in front of the answer.
    public var promptLength: Int
    /// The tokens of the answer so far, y_1..y_{t-1}.
    public var answer: [TokenID]
    /// The rows that were fed as embeddings, `[tokens, dimensions]`; `nil` when fed as token ids.
    public var embeddings: EmbeddingMatrix?
  }

  /// The logits of the next token, `[vocabulary]`.
  public typealias Script = @Sendable (Context) async throws -> [Float]

  /// What the model is.
  public let information: ModelInformation
  /// Its vocabulary.
  public let tokenizer: any Tokenizer
  /// Its chat template.
  public let chatTemplate: ChatTemplate?
  private let script: Script
  // Invariant: counts reservations that are made and not released.
  private let open = Mutex(0)
  private let passes = Mutex([[ForwardSegment]]())

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - tokenizer: Default: bytes and `<|end|>`.
  ///   - dimensions: At least 2. Default: 4.
  ///   - contextLength: Default: 4096.
  ///   - maximumSequences: Default: 256.
  ///   - chatTemplate: Default: none.
  ///   - script: The predictions.
  public init(
    tokenizer: any Tokenizer = ScriptedTokenizer(), dimensions: Int = 4,
    contextLength: Int = 4096, maximumSequences: Int = 256, chatTemplate: ChatTemplate? = nil,
    script: @escaping Script
  ) {
    information = ModelInformation(
      name: "scripted", architecture: "scripted", dimensions: dimensions,
      vocabularySize: tokenizer.vocabularySize, contextLength: contextLength,
      maximumSequences: maximumSequences)
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
    self.script = script
  }

  /// Makes a model that predicts one token in each place.
  ///
  /// - Parameters:
  ///   - tokenizer: Default: bytes and `<|end|>`.
  ///   - contextLength: Default: 4096.
  ///   - predict: The token; it gets logit 1, all others 0.
  public convenience init(
    tokenizer: any Tokenizer = ScriptedTokenizer(), contextLength: Int = 4096,
    predicting predict: @escaping @Sendable (Context) -> TokenID
  ) {
    let size = tokenizer.vocabularySize
    self.init(tokenizer: tokenizer, contextLength: contextLength) { context in
      var logits = [Float](repeating: 0, count: size)
      logits[Int(predict(context))] = 1
      return logits
    }
  }

  /// How many reservations are alive: 0 after every generation, or memory leaks.
  public var openReservations: Int { open.withLock { $0 } }

  /// Every forward pass so far.
  public var recordedPasses: [[ForwardSegment]] { passes.withLock { $0 } }

  /// `[tokens, dimensions]`; row j is (token + 1, 1, 0, ...).
  public func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix {
    var values: [Float] = []
    for token in tokens {
      values += [Float(token) + 1, 1]
      values += [Float](repeating: 0, count: information.dimensions - 2)
    }
    return EmbeddingMatrix(rows: tokens.count, dimensions: information.dimensions, values: values)
  }

  /// Room is never short; the sequences are counted.
  public func reserve(sequences: Int, cells: Int) -> any SequenceReservation {
    open.withLock { $0 += 1 }
    return Reservation(model: self, sequences: sequences, cells: cells)
  }

  fileprivate func logits(_ context: Context) async throws -> [Float] {
    try await script(context)
  }

  fileprivate func record(_ segments: [ForwardSegment]) { passes.withLock { $0.append(segments) } }
  fileprivate func closed() { open.withLock { $0 -= 1 } }
}

/// Keeps what each sequence was fed.
private final class Reservation: SequenceReservation {
  private struct Sequence {
    var prompt = 0
    var answer: [TokenID] = []
    var embeddings: EmbeddingMatrix?
    var count: Int { prompt + answer.count }
  }

  private struct State {
    var sequences: [Sequence]
    var released = false
  }

  private let model: ScriptedModel
  private let cells: Int
  private let state: Mutex<State>

  init(model: ScriptedModel, sequences: Int, cells: Int) {
    self.model = model
    self.cells = cells
    state = Mutex(State(sequences: Array(repeating: Sequence(), count: sequences)))
  }

  deinit { close() }

  func forward(_ segments: [ForwardSegment]) async throws -> [[Float]] {
    try Task.checkCancellation()
    model.record(segments)
    var rows: [[Float]] = []
    for segment in segments {
      let context = try append(segment)
      switch segment.outputs {
      case .none: break
      case .last: rows.append(try await model.logits(context))
      case .all:
        for length in 1...max(1, segment.input.count) {
          var earlier = context
          earlier.answer.removeLast(segment.input.count - length)
          rows.append(try await model.logits(earlier))
        }
      }
    }
    return rows
  }

  private func append(_ segment: ForwardSegment) throws -> ScriptedModel.Context {
    try state.withLock { state in
      guard state.sequences.indices.contains(segment.sequence), !state.released else {
        throw RESTAError(.engineFailed, "Sequence \(segment.sequence) is not reserved.")
      }
      var sequence = state.sequences[segment.sequence]
      switch segment.input {
      case .embeddings(let matrix):
        sequence.embeddings = matrix
        sequence.prompt += matrix.rows
      case .tokens(let tokens):
        // The first tokens of a sequence are its prompt, the rest its answer.
        if sequence.count == 0 { sequence.prompt = tokens.count } else { sequence.answer += tokens }
      }
      state.sequences[segment.sequence] = sequence
      guard state.sequences.reduce(0, { $0 + $1.count }) <= cells else {
        throw RESTAError(.engineFailed, "More cells are used than were reserved.")
      }
      return ScriptedModel.Context(
        sequence: segment.sequence, promptLength: sequence.prompt, answer: sequence.answer,
        embeddings: sequence.embeddings)
    }
  }

  func fork(_ source: Int, to target: Int, length: Int) async throws {
    state.withLock { state in
      var copy = state.sequences[source]
      copy.answer = Array(copy.answer.prefix(max(0, length - copy.prompt)))
      copy.prompt = min(copy.prompt, length)
      state.sequences[target] = copy
    }
  }

  func truncate(_ sequence: Int, to length: Int) async throws {
    state.withLock { state in
      let keep = max(0, length - state.sequences[sequence].prompt)
      state.sequences[sequence].answer = Array(state.sequences[sequence].answer.prefix(keep))
      state.sequences[sequence].prompt = min(state.sequences[sequence].prompt, length)
    }
  }

  func release() async { close() }

  private func close() {
    let first = state.withLock { state in
      defer { state.released = true }
      return !state.released
    }
    if first { model.closed() }
  }
}
