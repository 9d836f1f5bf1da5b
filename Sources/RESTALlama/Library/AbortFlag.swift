import Synchronization

/// Tells a running forward pass to stop: set by whoever cancels, read by llama.cpp's threads.
final class AbortFlag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}

// A plain function for the reason given at `logCallback`.
func abortCallback(data: UnsafeMutableRawPointer?) -> Bool {
  guard let data = unsafe data else { return false }
  return unsafe Unmanaged<AbortFlag>.fromOpaque(data).takeUnretainedValue().isSet
}
