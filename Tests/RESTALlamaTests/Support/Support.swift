import RESTATesting
import Synchronization
import Testing

/// A value that several tasks write and read.
final class Locked<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }

  func update(_ change: @Sendable (inout Value) -> Void) { mutex.withLock { change(&$0) } }
}

/// Runs what a machine that stands still for so long may spoil, again where it did; what fails otherwise has failed.
func despiteStalls(of length: Duration, _ body: () async throws -> Void) async throws {
  for _ in 1..<5 {
    let (watch, isSpoilt) = (StallWatch(), Locked(false))
    let watching = Task { await watch.run() }
    defer { watching.cancel() }
    try await withKnownIssue("The machine stood still.", isIntermittent: true) {
      try await body()
    } matching: { _ in
      guard watch.longest > length else { return false }
      isSpoilt.update { $0 = true }
      return true
    }
    if !isSpoilt.value { return }
  }
  try await body()
}

extension SeededGenerator {
  /// A number in `0..<bound`.
  mutating func below(_ bound: Int) -> Int { integer(in: 0...bound - 1) }

  /// A number in -0.5..<0.5.
  mutating func uniform() -> Float { Float(next() >> 40) / 16_777_216 - 0.5 }
}
