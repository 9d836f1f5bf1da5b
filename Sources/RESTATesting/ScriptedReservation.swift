import RESTA
import Synchronization

/// Keeps what each sequence of a ``ScriptedModel`` was fed.
final class ScriptedReservation: SequenceReservation {
  private enum Entry {
    case token(TokenID)
    case row([Float])
  }

  private struct Sequence {
    var entries: [Entry] = []
    var prompt = 0
    /// Whether what is fed next is a prompt, or the rest of one: nothing was fed yet in this reservation, or
    /// the prompt up to the end of a pass that wanted no logits of it.
    var expectsPrompt = true
    /// How many entries belong to the sequence that it was forked from.
    var shared = 0

    mutating func truncate(to length: Int) {
      entries = Array(entries.prefix(length))
      prompt = min(prompt, length)
      shared = min(shared, length)
    }

    mutating func append(_ input: ForwardSegment.Input) {
      let isPrompt = entries.isEmpty || expectsPrompt
      expectsPrompt = false
      switch input {
      case .tokens(let tokens):
        entries += tokens.map { .token($0) }
        if isPrompt { prompt = entries.count }
      case .embeddings, .perturbed:
        // In pieces, as engines take them.
        for start in stride(from: 0, to: input.count, by: 3) {
          guard let rows = input.rows(start..<min(start + 3, input.count)) else { continue }
          entries += (0..<rows.rows).map { .row(Array(rows[row: $0])) }
        }
        prompt = entries.count
      }
    }
  }

  private struct State {
    var sequences: [Sequence]
    var released = false
    var kept = false

    var cells: Int { sequences.reduce(0) { $0 + $1.entries.count - $1.shared } }
  }

  private let model: ScriptedModel
  private let cells: Int
  // Invariant: what a sequence shares is the beginning of another one's entries.
  private let state: Mutex<State>

  let inheritedLengths: [Int]

  init(
    model: ScriptedModel, sequences: Int, cells: Int, kept: ScriptedReservation? = nil,
    lengths: [Int] = []
  ) {
    self.model = model
    self.cells = cells
    var all = Array(repeating: Sequence(), count: sequences)
    let source = kept?.keptSequences ?? []
    for index in all.indices where source.indices.contains(index) && lengths.indices.contains(index)
    {
      all[index] = source[index]
      all[index].truncate(to: lengths[index])
      all[index].expectsPrompt = true
    }
    inheritedLengths = all.map(\.entries.count)
    state = Mutex(State(sequences: all))
  }

  private var keptSequences: [Sequence] {
    state.withLock { $0.kept && !$0.released ? $0.sequences : [] }
  }

  deinit { close() }

  func forward<Row: Sendable>(
    _ segments: [ForwardSegment], read: @escaping @Sendable (Int, Span<Float>) throws -> Row
  ) async throws -> [Row] {
    try Task.checkCancellation()
    model.record(segments)
    var rows: [Row] = []
    for segment in segments {
      for context in try append(segment) {
        let logits = try await model.logits(context)
        rows.append(try read(rows.count, logits.span))
      }
    }
    state.withLock { state in
      for segment in segments {
        let sequence = state.sequences[segment.sequence]
        state.sequences[segment.sequence].expectsPrompt =
          sequence.prompt == sequence.entries.count && segment.outputs == .none
      }
    }
    return rows
  }

  /// Appends a segment, and tells what the script sees at its wanted positions.
  private func append(_ segment: ForwardSegment) throws -> [ScriptedModel.Context] {
    try state.withLock { state in
      try check(segment.sequence, state)
      state.sequences[segment.sequence].append(segment.input)
      guard state.cells <= cells else {
        throw RESTAError(.engineFailed, "More cells are used than were reserved.")
      }
      model.use(cells: state.cells)
      let count = state.sequences[segment.sequence].entries.count
      let wanted = segment.outputs.count(of: segment.input.count)
      return (0..<wanted).map { index in
        var earlier = state.sequences[segment.sequence]
        earlier.truncate(to: count - wanted + 1 + index)
        return context(segment.sequence, earlier)
      }
    }
  }

  private func check(_ sequence: Int, _ state: State) throws {
    guard state.sequences.indices.contains(sequence), !state.released, !state.kept else {
      throw RESTAError(.engineFailed, "Sequence \(sequence) is not reserved.")
    }
  }

  private func context(_ index: Int, _ sequence: Sequence) -> ScriptedModel.Context {
    var values: [Float] = []
    var hasRows = false
    for entry in sequence.entries.prefix(sequence.prompt) {
      switch entry {
      case .token(let token): values += model.embeddings(of: [token]).values
      case .row(let row):
        values += row
        hasRows = true
      }
    }
    let matrix = EmbeddingMatrix(
      rows: sequence.prompt, dimensions: model.information.dimensions, values: values)
    let answer = sequence.entries.dropFirst(sequence.prompt).compactMap { entry in
      if case .token(let token) = entry { token } else { nil }
    }
    return ScriptedModel.Context(
      sequence: index, promptLength: sequence.prompt, answer: answer,
      embeddings: hasRows ? matrix : nil)
  }

  func fork(_ source: Int, to target: Int, length: Int) async throws {
    try state.withLock { state in
      try check(source, state)
      try check(target, state)
      guard state.sequences[target].entries.isEmpty,
        (0...state.sequences[source].entries.count).contains(length)
      else { throw RESTAError(.engineFailed, "A fork needs a filled source and an empty target.") }
      var copy = state.sequences[source]
      copy.truncate(to: length)
      copy.shared = length
      copy.expectsPrompt = false
      state.sequences[target] = copy
    }
  }

  func truncate(_ sequence: Int, to length: Int) async throws {
    try state.withLock { state in
      try check(sequence, state)
      guard (0...state.sequences[sequence].entries.count).contains(length) else {
        throw RESTAError(.engineFailed, "A sequence cannot be rolled forward.")
      }
      if length > 0 { model.reject(state.sequences[sequence].entries.count - length) }
      state.sequences[sequence].truncate(to: length)
    }
  }

  func keep() async -> Bool {
    let isKept = state.withLock { state in
      guard !state.released, !state.kept, state.cells > 0 else { return false }
      state.kept = true
      return true
    }
    if isKept { model.closed() }
    return isKept
  }

  func release() async { close() }

  private func close() {
    let first = state.withLock { state in
      defer { state.released = true }
      return !state.released && !state.kept
    }
    if first { model.closed() }
  }
}
