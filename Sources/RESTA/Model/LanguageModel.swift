/// What the decoders need of a model.
///
/// No engine is visible through it.
///
/// Implementations: a scripted one for tests (`RESTATesting`), llama.cpp in process (`RESTALlama`), vLLM
/// servers (`RESTAVLLM`), which give predicted tokens and no sequences.
public protocol LanguageModel: Sendable {
  /// What the model is.
  var information: ModelInformation { get }

  /// The model's vocabulary.
  var tokenizer: any Tokenizer { get }

  /// The model's own chat template, or `nil` when it has none (a base model).
  ///
  /// - Throws: `RESTAError` with `invalidTemplate` when it has one that cannot be parsed.
  var chatTemplate: ChatTemplate? { get throws }

  /// The vectors that the model's first block receives for tokens, e_j in the paper: the rows of
  /// the embedding table times any input scaling of the architecture.
  ///
  /// - Parameter tokens: Tokens of the vocabulary.
  /// - Returns: `[tokens, dimensions]`.
  /// - Throws: `RESTAError` with `engineFailed`.
  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix

  /// Sets aside room for sequences, and waits for it when other generations use it up.
  ///
  /// - Parameters:
  ///   - sequences: How many, `1...information.maximumSequences`.
  ///   - cells: How many positions they hold in total, shared ones counted once.
  /// - Returns: The reservation; its sequences are empty. The room is free again when it is
  ///   released.
  /// - Throws: `RESTAError` with `contextExceeded` when the model can never hold as much;
  ///   `CancellationError` when the task is cancelled while waiting.
  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation

  /// Sets aside room for sequences that begin with positions of kept ones.
  ///
  /// - Parameters:
  ///   - sequences: As for ``reserve(sequences:cells:)``.
  ///   - cells: As for ``reserve(sequences:cells:)``; what the sequences begin with counts too.
  ///   - kept: Sequences of this model whose ``SequenceReservation/keep()`` was `true`. It stays kept
  ///     if there is room for both.
  ///   - lengths: How many positions of each of them the sequence of the same number begins with; at
  ///     most what it holds.
  /// - Returns: The reservation. ``SequenceReservation/inheritedLengths`` says whether the positions
  ///   were still there.
  /// - Throws: As ``reserve(sequences:cells:)``.
  func reserve(
    sequences: Int, cells: Int, continuing kept: any SequenceReservation, lengths: [Int]
  ) async throws -> any SequenceReservation

  /// What passes of different widths cost on this machine, for the fast decoder's plans.
  ///
  /// - Returns: The costs; the same ones each time it is asked.
  /// - Throws: `RESTAError` with `engineFailed`; `CancellationError`.
  func passCosts() async throws -> PassCosts
}

extension LanguageModel {
  /// What is assumed of an engine that measures nothing: ``PassCosts/typical``.
  public func passCosts() async throws -> PassCosts { .typical }

  /// What is done by an engine that keeps nothing: ``reserve(sequences:cells:)``.
  public func reserve(
    sequences: Int, cells: Int, continuing kept: any SequenceReservation, lengths: [Int]
  ) async throws -> any SequenceReservation {
    try await reserve(sequences: sequences, cells: cells)
  }
}

/// Sequences of one generation inside a model: what their positions left in its cache.
///
/// Not for use by two tasks at once. Dropping the last reference releases it too, so a generation
/// that is abandoned half-way leaks nothing.
public protocol SequenceReservation: AnyObject, Sendable {
  /// Appends positions to sequences in one forward pass, and reads the logits where they lie.
  ///
  /// A row of logits is as long as the vocabulary, and most votes need no more than its argmax, so
  /// nothing is copied: `read` sees the engine's own memory, during the call only.
  ///
  /// - Parameters:
  ///   - segments: What to append. Segments of the same sequence are appended in order. The engine
  ///     may split a large pass; that changes no result, only its rounding.
  ///   - read: Called once for each wanted position, on the engine's thread, so it should be quick.
  ///     Rows are numbered from 0 in the order of the segments and their wanted positions, and come in
  ///     that order. What it throws ends the pass.
  /// - Returns: What `read` returned, one element for each wanted position, in order.
  /// - Throws: `RESTAError`; `CancellationError` when the task is cancelled, within milliseconds
  ///   and in the middle of a pass. After an error the contents of the sequences are undefined.
  func forward<Row: Sendable>(
    _ segments: [ForwardSegment],
    read: @escaping @Sendable (_ row: Int, _ logits: Span<Float>) throws -> Row
  ) async throws -> [Row]

  /// Makes `target` share the first positions of `source`, without computing them again.
  ///
  /// - Parameters:
  ///   - source: The sequence that has them.
  ///   - target: An empty sequence.
  ///   - length: How many positions.
  /// - Throws: `RESTAError` with `engineFailed` when the sequences are not as described.
  func fork(_ source: Int, to target: Int, length: Int) async throws

  /// Drops all positions of a sequence from `length` on.
  ///
  /// - Parameters:
  ///   - sequence: The sequence.
  ///   - length: How many positions stay, at most as many as it has.
  /// - Throws: `RESTAError` with `engineFailed` when the sequence is not as described.
  func truncate(_ sequence: Int, to length: Int) async throws

  /// Gives the room back, and keeps what is in it until others need it.
  ///
  /// Afterwards the sequences are of use only to
  /// ``LanguageModel/reserve(sequences:cells:continuing:lengths:)``; releasing them gives them up.
  ///
  /// - Returns: Whether they are kept; otherwise nothing has changed.
  func keep() async -> Bool

  /// How many positions each sequence held from the start, of those that were kept; empty, or 0, where
  /// it began with nothing.
  var inheritedLengths: [Int] { get }

  /// Gives the room back. Calling it again does nothing.
  func release() async
}

extension SequenceReservation {
  /// What an engine does that keeps nothing.
  public func keep() async -> Bool { false }

  /// What sequences of an engine that keeps nothing begin with.
  public var inheritedLengths: [Int] { [] }

  /// Appends positions to sequences in one forward pass, and copies the logits.
  ///
  /// - Parameter segments: What to append.
  /// - Returns: Logits, one row of `vocabularySize` values for each wanted position, in the order
  ///   of the segments and their positions.
  /// - Throws: As ``forward(_:read:)``.
  public func forward(_ segments: [ForwardSegment]) async throws -> [[Float]] {
    try await forward(segments) { _, logits in Logits.copy(logits) }
  }

  /// Does something with the sequences, and gives their room back whatever comes of it.
  package func use<Value: Sendable>(
    _ work: (any SequenceReservation) async throws -> Value
  ) async throws -> Value {
    do {
      let value = try await work(self)
      await release()
      return value
    } catch {
      await release()
      throw error
    }
  }
}

/// A run of positions that one forward pass appends to one sequence.
public struct ForwardSegment: Sendable {
  /// What is appended.
  public enum Input: Sendable {
    /// Token ids; the model looks up their embeddings.
    case tokens([TokenID])
    /// Embedding vectors as the model's first block receives them, `[tokens, dimensions]`.
    case embeddings(EmbeddingMatrix)
    /// Embedding vectors that are made when the engine takes them.
    case perturbed(PerturbedRows)

    /// The number of positions.
    public var count: Int {
      switch self {
      case .tokens(let tokens): tokens.count
      case .embeddings(let matrix): matrix.rows
      case .perturbed(let rows): rows.count
      }
    }

    /// The embedding vectors of some positions, `[range, dimensions]`; `nil` for token ids.
    ///
    /// - Precondition: `range` is in `0..<count`.
    /// - Parameter range: Which ones, from 0. Engines ask for no more than they compute at once.
    /// - Returns: The rows.
    /// - Complexity: O(range · dimensions).
    public func rows(_ range: Range<Int>) -> EmbeddingMatrix? {
      switch self {
      case .tokens: nil
      case .embeddings(let matrix): matrix.rows(range)
      case .perturbed(let rows): rows.rows(range)
      }
    }
  }

  /// For which of the positions the logits are wanted.
  public enum Outputs: Sendable, Hashable {
    /// For none: the positions only fill the cache.
    case none
    /// For the last one.
    case last
    /// For the last so many, at least 1; for every one where there are fewer.
    case suffix(Int)
    /// For every one.
    case all

    /// For how many of a segment's positions logits are wanted; they are its last ones.
    ///
    /// - Parameter positions: The positions of the segment.
    /// - Returns: A number in `0...positions`.
    public func count(of positions: Int) -> Int {
      switch self {
      case .none: 0
      case .last: min(1, positions)
      case .suffix(let count): min(max(0, count), positions)
      case .all: positions
      }
    }
  }

  /// The sequence that grows: an index into the reservation, `0..<sequences`.
  public var sequence: Int
  /// What is appended, at least one position.
  public var input: Input
  /// Which logits to return.
  public var outputs: Outputs

  /// Makes a segment; by default the logits of its last position are wanted.
  public init(sequence: Int, input: Input, outputs: Outputs = .last) {
    self.sequence = sequence
    self.input = input
    self.outputs = outputs
  }
}

extension [ForwardSegment] {
  /// The rows of logits that are wanted of them all.
  var wantedRows: Int { reduce(0) { $0 + $1.outputs.count(of: $1.input.count) } }

  /// Checks that a pass over these gave what was asked for.
  func checked<Row>(_ rows: [Row]) throws(RESTAError) -> [Row] {
    guard rows.count == wantedRows else {
      throw RESTAError(
        .engineFailed,
        "The engine returned \(rows.count) rows of logits and \(wantedRows) were asked for.")
    }
    return rows
  }
}
