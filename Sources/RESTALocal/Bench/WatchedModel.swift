import RESTA
import Synchronization

/// A model that tells what its reservations are asked for.
final class WatchedModel: LanguageModel {
  /// What is asked of one of them.
  enum Step: Sendable {
    case forward([ForwardSegment])
    case fork(target: Int, length: Int)
    case truncate(Int, length: Int)
  }

  private let model: any LanguageModel
  private let watcher: @Sendable (_ cells: Int) -> @Sendable (Step) -> Void

  /// Asks for a watcher of each reservation, with the cells that it sets aside.
  init(
    _ model: any LanguageModel,
    watcher: @escaping @Sendable (_ cells: Int) -> @Sendable (Step) -> Void
  ) {
    self.model = model
    self.watcher = watcher
  }

  var information: ModelInformation { model.information }
  var tokenizer: any Tokenizer { model.tokenizer }
  var chatTemplate: ChatTemplate? { get throws { try model.chatTemplate } }

  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix {
    try await model.embeddings(of: tokens)
  }

  func passCosts() async throws -> PassCosts { try await model.passCosts() }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    let watch = watcher(cells)
    return Reservation(try await model.reserve(sequences: sequences, cells: cells), watch)
  }

  private final class Reservation: SequenceReservation {
    private let inner: any SequenceReservation
    private let watch: @Sendable (Step) -> Void

    init(_ inner: any SequenceReservation, _ watch: @escaping @Sendable (Step) -> Void) {
      self.inner = inner
      self.watch = watch
    }

    func forward<Row: Sendable>(
      _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
    ) async throws -> [Row] {
      watch(.forward(segments))
      return try await inner.forward(segments, read: read)
    }

    func fork(_ source: Int, to target: Int, length: Int) async throws {
      watch(.fork(target: target, length: length))
      try await inner.fork(source, to: target, length: length)
    }

    func truncate(_ sequence: Int, to length: Int) async throws {
      watch(.truncate(sequence, length: length))
      try await inner.truncate(sequence, to: length)
    }

    func release() async { await inner.release() }
  }
}

/// Counts the cells that a model's sequences hold, shared ones once, and those set aside.
final class CellMeter: Sendable {
  private struct Length {
    var total = 0
    var shared = 0
  }

  // Invariant: the most that one reservation asked for, and that one held, since the last reset.
  private let most = Mutex((reserved: 0, peak: 0))

  /// The most cells that were set aside, and that were in use, since the last time this was asked.
  func take() -> (reserved: Int, peak: Int) {
    most.withLock { most in
      defer { most = (reserved: 0, peak: 0) }
      return most
    }
  }

  /// The model to ask in the place of another.
  func watching(_ model: any LanguageModel) -> WatchedModel {
    WatchedModel(model) { [self] cells in
      most.withLock { $0.reserved = max($0.reserved, cells) }
      // Invariant: as long as the sequences are.
      let lengths = Mutex([Int: Length]())
      return { step in
        let held = lengths.withLock { lengths in
          switch step {
          case .forward(let segments):
            for segment in segments {
              lengths[segment.sequence, default: Length()].total += segment.input.count
            }
          case .fork(let target, let length):
            lengths[target] = Length(total: length, shared: length)
          case .truncate(let sequence, let length):
            let shared = lengths[sequence]?.shared ?? 0
            lengths[sequence] = Length(total: length, shared: min(shared, length))
          }
          return lengths.values.reduce(0) { $0 + $1.total - $1.shared }
        }
        self.most.withLock { $0.peak = max($0.peak, held) }
      }
    }
  }
}
