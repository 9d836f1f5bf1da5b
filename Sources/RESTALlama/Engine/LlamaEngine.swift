import Foundation
import RESTA

/// Runs one model: every call into its context happens here, on a thread of its own.
///
/// Generations reserve sequences and then take turns pass by pass. The context grows with what is
/// reserved, so a short prompt costs little memory and a long one just works.
actor LlamaEngine {
  /// What a reservation owns.
  struct Lease: Sendable {
    let id: Int
    let sequences: [Int32]
    let cells: Int
  }

  private struct Waiter {
    let id: Int
    let sequences: Int
    let cells: Int
    let continuation: CheckedContinuation<Lease, any Error>
  }

  /// The most sequences that llama.cpp can tell apart in one context.
  static let maximumSequences = 256

  nonisolated let executor = EngineExecutor(name: "llama.cpp")
  private let weights: LlamaWeights
  private let options: LlamaOptions
  private let threads: Int
  private let bytesPerCell: Int
  /// What fed rows are divided by, because the graph multiplies them with it.
  private let graphFactor: Float
  private var context: LlamaContext?
  private var leases: [Int: Lease] = [:]
  private var lengths: [Int32: Int] = [:]
  /// How many of a sequence's positions belong to another one that it was forked from.
  private var shared: [Int32: Int] = [:]
  private var waiters: [Waiter] = []
  private var nextID = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(
    weights: LlamaWeights, options: LlamaOptions, threads: Int, bytesPerCell: Int,
    graphFactor: Float
  ) {
    self.weights = weights
    self.options = options
    self.threads = threads
    self.bytesPerCell = bytesPerCell
    self.graphFactor = graphFactor
  }

  // MARK: Reservations

  func reserve(sequences: Int, cells: Int) async throws -> Lease {
    try checkMemory(sequences: sequences, cells: cells)
    let id = nextID
    nextID += 1
    if waiters.isEmpty, let lease = try grant(id, sequences, cells) { return lease }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiters.append(
          Waiter(id: id, sequences: sequences, cells: cells, continuation: continuation))
        // Cancelled before it was in the queue: the handler found nothing to remove.
        if Task.isCancelled { withdraw(id) }
      }
    } onCancel: {
      Task { await self.withdraw(id) }
    }
  }

  func release(_ lease: Lease) {
    guard leases.removeValue(forKey: lease.id) != nil else { return }
    for sequence in lease.sequences {
      lengths[sequence] = nil
      shared[sequence] = nil
      // Dropping everything is always possible, so there is nothing to report.
      try? context?.truncate(sequence, to: 0)
    }
    serveWaiters()
  }

  /// Gives room to who waits, in order, for as long as there is some.
  private func serveWaiters() {
    while let next = waiters.first {
      do {
        guard let lease = try grant(next.id, next.sequences, next.cells) else { return }
        waiters.removeFirst()
        next.continuation.resume(returning: lease)
      } catch {
        waiters.removeFirst()
        next.continuation.resume(throwing: error)
      }
    }
  }

  private func withdraw(_ id: Int) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).continuation.resume(throwing: CancellationError())
    // It may have been the one that the others waited behind.
    serveWaiters()
  }

  /// Gives out room; `nil` when it must wait for others.
  private func grant(_ id: Int, _ sequences: Int, _ cells: Int) throws -> Lease? {
    let usedCells = leases.values.reduce(0) { $0 + $1.cells }
    let used = Set(leases.values.flatMap(\.sequences))
    let capacity = (cells: context?.cells ?? 0, sequences: context?.sequences ?? 0)
    if usedCells + cells > capacity.cells || used.count + sequences > capacity.sequences {
      // Growing makes a new context, so only an idle engine can grow.
      guard leases.isEmpty else { return nil }
      context = nil
      context = try LlamaContext(
        weights: weights, options: options, threads: threads,
        cells: max(capacity.cells, cells), sequences: max(capacity.sequences, sequences))
    }
    let free = (0..<Int32(context?.sequences ?? 0)).filter { !used.contains($0) }
    let lease = Lease(id: id, sequences: Array(free.prefix(sequences)), cells: cells)
    leases[id] = lease
    return lease
  }

  private func checkMemory(sequences: Int, cells: Int) throws {
    guard (1...Self.maximumSequences).contains(sequences), cells > 0, cells < 1 << 30 else {
      throw RESTAError(
        .contextExceeded,
        "\(sequences) sequences with \(cells) positions are more than llama.cpp can hold "
          + "(\(Self.maximumSequences) sequences). Use a smaller k or a shorter prompt.")
    }
    // Linux grants memory that it does not have and kills the process later.
    let (bytes, overflow) = cells.multipliedReportingOverflow(by: bytesPerCell)
    guard !overflow, bytes < ProcessInfo.processInfo.physicalMemory else {
      throw LlamaError(
        .outOfMemory,
        "\(cells) positions need \(bytes >> 20) MiB of key-value cache, more than this machine's "
          + "memory. Use a smaller k, a shorter prompt, fewer tokens or a smaller --kv-type.")
    }
  }

  // MARK: Passes

  func forward(
    _ segments: [ForwardSegment], lease: Lease, abort: AbortFlag, read: LogitReader
  ) throws {
    try checkLive(lease)
    let batches = try batches(segments, lease, abort)
    try context?.decode(batches, abort: abort, read: read)
  }

  func fork(_ source: Int, to target: Int, length: Int, lease: Lease) throws {
    try checkLive(lease)
    let (source, target) = (try lease.sequence(source), try lease.sequence(target))
    guard (0...lengths[source, default: 0]).contains(length), lengths[target, default: 0] == 0
    else {
      throw RESTAError(.engineFailed, "A fork needs a filled source and an empty target.")
    }
    context?.fork(source, to: target, length: length)
    lengths[target] = length
    shared[target] = length
  }

  func truncate(_ sequence: Int, to length: Int, lease: Lease) throws {
    try checkLive(lease)
    let sequence = try lease.sequence(sequence)
    guard length >= 0, length <= lengths[sequence, default: 0] else {
      throw RESTAError(.engineFailed, "A sequence cannot be rolled forward.")
    }
    try context?.truncate(sequence, to: length)
    lengths[sequence] = length
    shared[sequence] = min(shared[sequence, default: 0], length)
  }

  private func checkLive(_ lease: Lease) throws {
    guard leases[lease.id] != nil else {
      throw RESTAError(.engineFailed, "The sequences were released.")
    }
  }

  /// Segments as batches of one kind, neighbours of the same kind together.
  private func batches(
    _ segments: [ForwardSegment], _ lease: Lease, _ abort: AbortFlag
  ) throws -> [PositionBatch] {
    var batches: [PositionBatch] = []
    var cells = lease.sequences.reduce(0) {
      $0 + lengths[$1, default: 0] - shared[$1, default: 0]
    }
    for segment in segments where segment.input.count > 0 {
      guard !abort.isSet else { throw CancellationError() }
      let sequence = try lease.sequence(segment.sequence)
      let start = lengths[sequence, default: 0]
      let count = segment.input.count
      cells += count
      guard cells <= lease.cells else {
        throw RESTAError(
          .engineFailed, "A pass needs \(cells) positions and \(lease.cells) were reserved.")
      }
      lengths[sequence] = start + count
      let dimensions = try dimensions(of: segment.input)
      if batches.last?.dimensions != dimensions {
        batches.append(PositionBatch(dimensions: dimensions))
      }
      let last = batches.count - 1
      switch segment.input {
      case .tokens(let tokens):
        batches[last].tokens += tokens
      case .embeddings(let matrix):
        batches[last].values +=
          graphFactor == 1 ? matrix.values : matrix.values.map { $0 / graphFactor }
      }
      batches[last].positions += (start..<(start + count)).map(Int32.init)
      batches[last].sequences += Array(repeating: sequence, count: count)
      let wanted = segment.outputs.count(of: count)
      batches[last].wanted += (0..<count).map { $0 >= count - wanted }
    }
    return batches
  }

  private func dimensions(of input: ForwardSegment.Input) throws -> Int {
    switch input {
    case .tokens(let tokens):
      let size = weights.vocabularySize
      guard tokens.allSatisfy({ (0..<size).contains(Int($0)) }) else {
        throw RESTAError(.engineFailed, "A token is outside of the vocabulary (\(size) tokens).")
      }
      return 0
    case .embeddings(let matrix):
      guard matrix.dimensions == weights.dimensions else {
        throw RESTAError(
          .engineFailed,
          "Embeddings of width \(matrix.dimensions) do not fit a model of \(weights.dimensions).")
      }
      guard matrix.values.allSatisfy(\.isFinite) else {
        throw RESTAError(
          .nonFiniteOutput,
          "The perturbed embeddings hold values that are not finite numbers: sigma is too large.")
      }
      return matrix.dimensions
    }
  }
}

extension LlamaEngine.Lease {
  fileprivate func sequence(_ index: Int) throws -> Int32 {
    guard sequences.indices.contains(index) else {
      throw RESTAError(.engineFailed, "Sequence \(index) is not reserved.")
    }
    return sequences[index]
  }
}
