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

/// Runs what is spoilt on a machine that stands still for a moment; what is wrong fails each time.
func despiteStalls(_ body: () async throws -> Void) async throws {
  for _ in 1..<5 {
    let isSpoilt = Locked(false)
    try await withKnownIssue("The machine stood still, perhaps.", isIntermittent: true) {
      try await body()
    } matching: { _ in
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
