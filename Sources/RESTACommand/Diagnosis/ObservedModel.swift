import RESTA
import Synchronization

/// A model that remembers the embeddings that its sequences are fed.
final class ObservedModel: LanguageModel {
  private let model: any LanguageModel
  // Invariant: the first embeddings of each sequence of the last reservation.
  private let fed = Mutex([Int: EmbeddingMatrix]())

  init(_ model: any LanguageModel) { self.model = model }

  /// What each sequence was fed first, by its index in the reservation.
  var embeddings: [Int: EmbeddingMatrix] { fed.withLock { $0 } }

  var information: ModelInformation { model.information }
  var tokenizer: any Tokenizer { model.tokenizer }
  var chatTemplate: ChatTemplate? { get throws { try model.chatTemplate } }

  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix {
    try await model.embeddings(of: tokens)
  }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    Reservation(
      self, try await model.reserve(sequences: sequences, cells: cells))
  }

  func passCosts() async throws -> PassCosts { try await model.passCosts() }

  private func note(_ segments: [ForwardSegment]) {
    for segment in segments {
      guard case .embeddings(let matrix) = segment.input else { continue }
      fed.withLock { $0[segment.sequence] = $0[segment.sequence] ?? matrix }
    }
  }

  private final class Reservation: SequenceReservation {
    private let observer: ObservedModel
    private let inner: any SequenceReservation

    init(_ observer: ObservedModel, _ inner: any SequenceReservation) {
      self.observer = observer
      self.inner = inner
    }

    func forward<Row: Sendable>(
      _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
    ) async throws -> [Row] {
      observer.note(segments)
      return try await inner.forward(segments, read: read)
    }

    func fork(_ source: Int, to target: Int, length: Int) async throws {
      try await inner.fork(source, to: target, length: length)
    }

    func truncate(_ sequence: Int, to length: Int) async throws {
      try await inner.truncate(sequence, to: length)
    }

    func release() async { await inner.release() }
  }
}
