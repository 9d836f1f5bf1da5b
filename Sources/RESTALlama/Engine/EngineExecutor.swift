import Foundation
import Synchronization

/// Runs an actor's jobs on one thread of its own, in order.
///
/// A forward pass blocks for milliseconds to minutes; on Swift's cooperative pool that would starve every other task.
final class EngineExecutor: SerialExecutor {
  private struct Queue {
    var jobs: [UnownedJob] = []
    var isClosed = false
  }

  private final class Channel: Sendable {
    // Invariant: guarded by `condition`.
    nonisolated(unsafe) var queue = Queue()
    let condition = NSCondition()

    func append(_ job: UnownedJob) {
      condition.withLock {
        unsafe queue.jobs.append(job)
        condition.signal()
      }
    }

    func close() {
      condition.withLock {
        unsafe queue.isClosed = true
        condition.signal()
      }
    }

    /// The waiting jobs; blocks while there are none.
    ///
    /// `nil` after `close()`.
    func take() -> [UnownedJob]? {
      condition.withLock {
        while unsafe queue.jobs.isEmpty && !queue.isClosed { condition.wait() }
        guard unsafe !queue.jobs.isEmpty else { return nil }
        defer { unsafe queue.jobs = [] }
        return unsafe queue.jobs
      }
    }
  }

  private let channel = Channel()

  init(name: String) {
    let channel = channel
    let holder = ExecutorHolder()
    let thread = Thread {
      while let jobs = channel.take() {
        guard let executor = holder.executor else { return }
        withExtendedLifetime(executor) {
          for job in jobs { unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
        }
      }
    }
    thread.name = name
    thread.stackSize = 8 << 20
    holder.executor = self
    thread.start()
  }

  deinit { channel.close() }

  func enqueue(_ job: consuming ExecutorJob) {
    channel.append(UnownedJob(job))
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }
}

/// Lets the thread reach its executor without keeping it alive.
// Unchecked: written once before the thread starts, and a weak reference is read atomically.
private final class ExecutorHolder: @unchecked Sendable {
  weak var executor: EngineExecutor?
}
