import Foundation
import RESTA

/// Runs one model: every call into its context happens here, on a thread of its own.
///
/// The context grows with what is reserved, so a short prompt costs little memory and a long one just works.
actor LlamaEngine: PassEngine {
  /// The most sequences that llama.cpp can tell apart in one context.
  static let maximumSequences = 256

  nonisolated let executor = EngineExecutor(name: "llama.cpp")
  nonisolated let inputs: InputLimits
  private let weights: LlamaWeights
  private let options: LlamaOptions
  private let threads: Int
  private let bytesPerCell: Int
  /// What the cache has to fit into; on a GPU the limits of this process say nothing.
  private let memory: Int
  /// What fed rows are divided by, because the graph multiplies them with it.
  private let graphFactor: Float
  private var context: LlamaContext?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  nonisolated var batchSize: Int { options.batchSize }

  init(
    weights: LlamaWeights, options: LlamaOptions, threads: Int, bytesPerCell: Int,
    graphFactor: Float
  ) {
    self.weights = weights
    self.options = options
    self.threads = threads
    self.bytesPerCell = bytesPerCell
    self.graphFactor = graphFactor
    memory =
      options.gpuLayers == 0
      ? ProcessLimits().memory : Int(clamping: ProcessInfo.processInfo.physicalMemory)
    inputs = InputLimits(
      vocabularySize: weights.vocabularySize, dimensions: weights.dimensions)
  }

  nonisolated func check(_ room: SequenceRoom) throws {
    let (sequences, cells) = (room.sequences, room.cells)
    guard (1...Self.maximumSequences).contains(sequences), cells > 0, cells < 1 << 30 else {
      throw RESTAError(
        .contextExceeded,
        "\(sequences) sequences with \(cells) positions are more than llama.cpp can hold "
          + "(\(Self.maximumSequences) sequences). Use a smaller k or a shorter prompt.")
    }
    try checkMemory(cells, "Use a smaller k, a shorter prompt, fewer tokens")
    try checkMemory(options.parallelCells, "Use fewer parallel cells")
  }

  /// Linux grants memory that it does not have, or will not give, and kills the process later.
  private nonisolated func checkMemory(_ cells: Int, _ remedy: String) throws(LlamaError) {
    let (bytes, overflow) = cells.multipliedReportingOverflow(by: bytesPerCell)
    guard !overflow, bytes < memory else {
      throw LlamaError(
        .outOfMemory,
        "\(cells) positions need \(bytes >> 20) MiB of key-value cache, more than the "
          + "\(memory >> 20) MiB of memory here. \(remedy) or a smaller --kv-type.")
    }
  }

  func resize(
    to room: SequenceRoom, keeping: Bool
  ) throws -> (capacity: SequenceRoom, isKept: Bool) {
    let contents = keeping ? context?.contents() : nil
    // Both at once might not fit.
    context = nil
    var new = try LlamaContext(
      weights: weights, options: options, threads: threads,
      cells: max(room.cells, options.parallelCells),
      sequences: max(room.sequences, options.parallelSequences))
    let capacity = SequenceRoom(sequences: new.sequences, cells: new.cells)
    let isKept = contents.map { new.restore($0) } ?? false
    context = consume new
    return (capacity, isKept)
  }

  func apply(_ operations: [CacheOperation]) -> [Int: any Error] {
    var failures: [Int: any Error] = [:]
    for operation in operations {
      do {
        switch operation.action {
        case .fork(let source, let target, let length):
          context?.fork(source, to: target, length: length)
        case .truncate(let sequence, let length):
          try context?.truncate(sequence, to: length)
        }
      } catch {
        failures[operation.owner] = error
      }
    }
    return failures
  }

  func run(_ pass: EnginePass) throws {
    try context?.decode(pass, graphFactor: graphFactor)
  }
}
