import Synchronization

/// Tells a long call to stop: set by whoever cancels, read by llama.cpp's threads.
final class AbortFlag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}
