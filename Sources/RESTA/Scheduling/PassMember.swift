import Synchronization

/// Takes one row of logits of a forward call.
package typealias RowReader = @Sendable (_ row: Int, _ logits: Span<Float>) throws -> Void

/// One forward call, as the engine sees it: who is shown the rows, and whether anyone still wants
/// them.
package final class PassMember: Sendable {
  private struct Reading {
    var isOpen = true
    var nextRow = 0
    var failure: (any Error)?
  }

  /// The forward call's number.
  package let id: Int
  /// The reservation that it belongs to.
  package let owner: Int
  private let read: RowReader
  private let gone = Atomic(false)
  // Invariant: held while `read` runs, so that it never runs after `close()`.
  private let reading = Mutex(Reading())

  /// Makes a member.
  ///
  /// - Parameters:
  ///   - id: A number that no other forward call has.
  ///   - owner: The reservation that it belongs to.
  ///   - read: Is shown the rows.
  package init(id: Int, owner: Int, read: @escaping RowReader) {
    self.id = id
    self.owner = owner
    self.read = read
  }

  /// Whether it was cancelled, or its reader failed: nothing of it needs computing any more.
  package var isGone: Bool { gone.load(ordering: .relaxed) }

  /// What its reader threw.
  package var failure: (any Error)? { reading.withLock { $0.failure } }

  /// Shows rows of logits, on the engine's thread.
  ///
  /// Rows that were shown before are left out: a pass that failed for one member's sake is run again
  /// for the others.
  ///
  /// - Parameters:
  ///   - rows: Their numbers in the whole forward call.
  ///   - logits: The rows, `[rows, vocabulary]`.
  package func show(_ rows: Range<Int>, _ logits: borrowing Span<Float>) {
    guard !isGone, !rows.isEmpty else { return }
    let logits = copy logits
    reading.withLock { reading in
      guard reading.isOpen, rows.lowerBound >= reading.nextRow else { return }
      reading.nextRow = rows.upperBound
      do {
        let width = logits.count / rows.count
        for (place, row) in rows.enumerated() {
          try read(row, logits.extracting(place * width..<(place + 1) * width))
        }
      } catch {
        reading.failure = error
        gone.store(true, ordering: .relaxed)
      }
    }
  }

  /// Tells the engine that nobody wants the rows any more.
  ///
  /// From any thread; does not wait.
  package func cancel() { gone.store(true, ordering: .relaxed) }

  /// Sees to it that no reader runs any more; waits for one that does.
  package func close() {
    cancel()
    reading.withLock { $0.isOpen = false }
  }
}
