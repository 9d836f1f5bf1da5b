import RESTA
import Synchronization

/// A model that counts the cells that its sequences hold, shared ones once, and those set aside.
final class MeteredModel: LanguageModel {
  private let model: any LanguageModel
  // Invariant: the most cells that one reservation held since the last reset.
  private let peak = Mutex(0)
  // Invariant: the most cells that one reservation asked for since the last reset.
  private let reserved = Mutex(0)

  init(_ model: any LanguageModel) { self.model = model }

  /// The most cells that were in use since the last time this was asked.
  func takePeakCells() -> Int {
    peak.withLock { peak in
      defer { peak = 0 }
      return peak
    }
  }

  /// The most cells that were set aside since the last time this was asked.
  func takeReservedCells() -> Int {
    reserved.withLock { reserved in
      defer { reserved = 0 }
      return reserved
    }
  }

  var information: ModelInformation { model.information }
  var tokenizer: any Tokenizer { model.tokenizer }
  var chatTemplate: ChatTemplate? { get throws { try model.chatTemplate } }

  func embeddings(of tokens: [TokenID]) async throws -> EmbeddingMatrix {
    try await model.embeddings(of: tokens)
  }

  func passCosts() async throws -> PassCosts { try await model.passCosts() }

  func reserve(sequences: Int, cells: Int) async throws -> any SequenceReservation {
    reserved.withLock { $0 = max($0, cells) }
    return Reservation(self, try await model.reserve(sequences: sequences, cells: cells))
  }

  private func note(_ cells: Int) { peak.withLock { $0 = max($0, cells) } }

  private final class Reservation: SequenceReservation {
    private struct Length {
      var total = 0
      var shared = 0
    }

    private let meter: MeteredModel
    private let inner: any SequenceReservation
    // Invariant: as long as the sequences are.
    private let lengths = Mutex([Int: Length]())

    init(_ meter: MeteredModel, _ inner: any SequenceReservation) {
      self.meter = meter
      self.inner = inner
    }

    func forward<Row: Sendable>(
      _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
    ) async throws -> [Row] {
      let cells = lengths.withLock { lengths in
        for segment in segments {
          lengths[segment.sequence, default: Length()].total += segment.input.count
        }
        return lengths.values.reduce(0) { $0 + $1.total - $1.shared }
      }
      meter.note(cells)
      return try await inner.forward(segments, read: read)
    }

    func fork(_ source: Int, to target: Int, length: Int) async throws {
      lengths.withLock { $0[target] = Length(total: length, shared: length) }
      try await inner.fork(source, to: target, length: length)
    }

    func truncate(_ sequence: Int, to length: Int) async throws {
      lengths.withLock { lengths in
        let shared = lengths[sequence]?.shared ?? 0
        lengths[sequence] = Length(total: length, shared: min(shared, length))
      }
      try await inner.truncate(sequence, to: length)
    }

    func release() async { await inner.release() }
  }
}
