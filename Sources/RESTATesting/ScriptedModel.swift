public import RESTA
import Synchronization

/// A model whose predictions are a function: no weights, exact, and it counts what it is asked.
///
/// The first segment that a sequence is fed is its prompt, and so is everything that is fed as rows, and the
/// first segment behind a pass that wanted no logits of it; tokens after it are its answer. Its "embedding" of
/// token t is the vector (t + 1, 1, 0, ...), so that a perturbed prompt can be told from the plain one.
public final class ScriptedModel: LanguageModel {
  /// What the script sees of one sequence when logits are wanted.
  public struct Context: Sendable {
    /// The sequence in the reservation: 0 is the unperturbed one, i + 1 is copy i.
    public var sequence: Int
    /// How many positions came in front of the answer.
    public var promptLength: Int
    /// The tokens of the answer so far, y_1..y_{t-1}.
    public var answer: [TokenID]
    /// The prompt's embeddings, `[tokens, dimensions]`, when some of them were fed as rows; `nil` when
    /// all of it was fed as token ids.
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
  private let costs: PassCosts
  private let script: Script
  // Invariant: counts reservations that are made and not released.
  private let open = Mutex(0)
  private let passes = Mutex([[ForwardSegment]]())
  // Invariant: neither falls.
  private let peak = Mutex(0)
  private let rejected = Mutex(0)

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - tokenizer: Default: bytes and `<|end|>`.
  ///   - dimensions: At least 2. Default: 4.
  ///   - contextLength: Default: 4096.
  ///   - maximumSequences: Default: 256.
  ///   - chatTemplate: Default: none.
  ///   - costs: What it says that passes cost. Default: typical ones.
  ///   - script: The predictions, for each position of each sequence.
  public init(
    tokenizer: any Tokenizer = ScriptedTokenizer(), dimensions: Int = 4,
    contextLength: Int = 4096, maximumSequences: Int = 256, chatTemplate: ChatTemplate? = nil,
    costs: PassCosts = .typical, script: @escaping Script
  ) {
    information = ModelInformation(
      name: "scripted", architecture: "scripted", dimensions: dimensions,
      vocabularySize: tokenizer.vocabularySize, contextLength: contextLength,
      maximumSequences: maximumSequences,
      embeddingScale: EmbeddingScale(
        of: Self.embeddings(of: EmbeddingScale.sample(of: tokenizer), dimensions: dimensions)))
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
    self.costs = costs
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

  /// What it was told that passes cost.
  public func passCosts() -> PassCosts { costs }

  /// How many reservations are alive: 0 after every generation, or memory leaks.
  public var openReservations: Int { open.withLock { $0 } }

  /// The most cells that were in use at once, shared ones counted once.
  public var peakCells: Int { peak.withLock { $0 } }

  /// How many positions were computed and dropped again, by truncating to more than nothing.
  public var rejectedTokens: Int { rejected.withLock { $0 } }

  /// Every forward pass so far.
  public var recordedPasses: [[ForwardSegment]] { passes.withLock { $0 } }

  /// `[tokens, dimensions]`; row j is (token + 1, 1, 0, ...).
  public func embeddings(of tokens: [TokenID]) -> EmbeddingMatrix {
    Self.embeddings(of: tokens, dimensions: information.dimensions)
  }

  private static func embeddings(of tokens: [TokenID], dimensions: Int) -> EmbeddingMatrix {
    var values: [Float] = []
    for token in tokens {
      values += [Float(token) + 1, 1]
      values += [Float](repeating: 0, count: dimensions - 2)
    }
    return EmbeddingMatrix(rows: tokens.count, dimensions: dimensions, values: values)
  }

  /// Room is never short; the sequences are counted.
  public func reserve(sequences: Int, cells: Int) -> any SequenceReservation {
    open.withLock { $0 += 1 }
    return ScriptedReservation(model: self, sequences: sequences, cells: cells)
  }

  /// Room is never short, so that kept sequences are there until they are released.
  public func reserve(
    sequences: Int, cells: Int, continuing kept: any SequenceReservation, lengths: [Int]
  ) -> any SequenceReservation {
    open.withLock { $0 += 1 }
    return ScriptedReservation(
      model: self, sequences: sequences, cells: cells, kept: kept as? ScriptedReservation,
      lengths: lengths)
  }

  func logits(_ context: Context) async throws -> [Float] {
    try await script(context)
  }

  func record(_ segments: [ForwardSegment]) { passes.withLock { $0.append(segments) } }
  func use(cells: Int) { peak.withLock { $0 = max($0, cells) } }
  func reject(_ positions: Int) { rejected.withLock { $0 += positions } }
  func closed() { open.withLock { $0 -= 1 } }
}
