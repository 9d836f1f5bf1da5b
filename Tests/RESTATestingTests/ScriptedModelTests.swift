import RESTA
import RESTATesting
import Synchronization
import Testing

@Suite("ScriptedModel")
struct ScriptedModelTests {
  /// Collects what a script was shown.
  private final class Log: Sendable {
    let contexts = Mutex([ScriptedModel.Context]())

    func model(maximumSequences: Int = 256) -> ScriptedModel {
      ScriptedModel(maximumSequences: maximumSequences) { context in
        self.contexts.withLock { $0.append(context) }
        return [Float(context.sequence), Float(context.answer.count)]
      }
    }

    var answers: [[TokenID]] { contexts.withLock { $0.map(\.answer) } }
    var prompts: [Int] { contexts.withLock { $0.map(\.promptLength) } }
  }

  @Test("says what it is")
  func information() {
    let model = ScriptedModel(dimensions: 8, contextLength: 12, maximumSequences: 3) { _ in [] }
    #expect(
      model.information
        == ModelInformation(
          name: "scripted", architecture: "scripted", dimensions: 8, vocabularySize: 257,
          contextLength: 12, maximumSequences: 3,
          embeddingScale: EmbeddingScale(
            of: model.embeddings(of: (0..<256).map { TokenID($0) }))))
    #expect(model.chatTemplate == nil)
  }

  @Test("embeds a token as its number plus 1, 1 and zeros")
  func embeddings() {
    let model = ScriptedModel(dimensions: 3) { _ in [] }
    #expect(
      model.embeddings(of: [0, 41])
        == EmbeddingMatrix(rows: 2, dimensions: 3, values: [1, 1, 0, 42, 1, 0]))
    #expect(model.embeddings(of: []).rows == 0)
  }

  @Test("shows the script each sequence's prompt and answer, and keeps the sequences apart")
  func sequences() async throws {
    let log = Log()
    let model = log.model()
    let reservation = model.reserve(sequences: 2, cells: 100)
    let matrix = model.embeddings(of: [7, 8])
    let first = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens([1, 2, 3])),
      ForwardSegment(sequence: 1, input: .embeddings(matrix)),
    ])
    #expect(first == [[0, 0], [1, 0]])
    let second = try await reservation.forward([
      ForwardSegment(sequence: 1, input: .tokens([9])),
      ForwardSegment(sequence: 0, input: .tokens([4]), outputs: .none),
    ])
    #expect(second == [[1, 1]])
    #expect(log.prompts == [3, 2, 2])
    #expect(log.answers == [[], [], [9]])
    #expect(log.contexts.withLock { $0.map(\.embeddings) } == [nil, matrix, matrix])
    #expect(model.recordedPasses.map { $0.map(\.sequence) } == [[0, 1], [1, 0]])
  }

  @Test("gives logits for every position of an answer when all are wanted")
  func allOutputs() async throws {
    let log = Log()
    let reservation = log.model().reserve(sequences: 1, cells: 100)
    _ = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens([1]), outputs: .none),
      ForwardSegment(sequence: 0, input: .tokens([5, 6, 7]), outputs: .all),
    ])
    #expect(log.answers == [[5], [5, 6], [5, 6, 7]])
  }

  @Test("forks and truncates sequences")
  func forking() async throws {
    let log = Log()
    let reservation = log.model().reserve(sequences: 2, cells: 100)
    _ = try await reservation.forward([
      ForwardSegment(sequence: 0, input: .tokens([1, 2]), outputs: .none),
      ForwardSegment(sequence: 0, input: .tokens([5, 6, 7]), outputs: .none),
    ])
    try await reservation.fork(0, to: 1, length: 3)
    try await reservation.truncate(0, to: 4)
    _ = try await reservation.forward([
      ForwardSegment(sequence: 1, input: .tokens([8])),
      ForwardSegment(sequence: 0, input: .tokens([9])),
    ])
    #expect(log.answers == [[5, 8], [5, 6, 9]])
    #expect(log.prompts == [2, 2])
  }

  @Test("counts reservations until they are released or dropped, once each")
  func reservations() async {
    let model = Log().model()
    var reservation: (any SequenceReservation)? = model.reserve(sequences: 1, cells: 1)
    let other = model.reserve(sequences: 1, cells: 1)
    #expect(model.openReservations == 2)
    await other.release()
    await other.release()
    #expect(model.openReservations == 1)
    #expect(reservation != nil)
    reservation = nil
    #expect(model.openReservations == 0)
  }

  @Test("refuses sequences that were not reserved, more cells than that, and use after release")
  func misuse() async {
    let model = Log().model()
    let reservation = model.reserve(sequences: 1, cells: 3)
    func feed(_ sequence: Int, _ count: Int) async throws {
      _ = try await reservation.forward([
        ForwardSegment(
          sequence: sequence, input: .tokens([TokenID](repeating: 1, count: count)))
      ])
    }
    await #expect(throws: RESTAError.self) { try await feed(1, 1) }
    await #expect(throws: RESTAError.self) { try await feed(-1, 1) }
    await #expect(throws: Never.self) { try await feed(0, 3) }
    await #expect(throws: RESTAError.self) { try await feed(0, 1) }
    await reservation.release()
    await #expect(throws: RESTAError.self) { try await feed(0, 1) }
  }

  @Test("stops when its task is cancelled")
  func cancellation() async throws {
    let model = Log().model()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      _ = try await model.reserve(sequences: 1, cells: 9)
        .forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.recordedPasses.isEmpty)
  }

  @Test("gives a predicted token logit 1 and all others 0")
  func predicting() async throws {
    let model = ScriptedModel(predicting: { _ in 3 })
    let rows = try await model.reserve(sequences: 1, cells: 9)
      .forward([ForwardSegment(sequence: 0, input: .tokens([1]))])
    let expected = (0..<257).map { $0 == 3 ? Float(1) : 0 }
    #expect(rows == [expected])
  }
}
