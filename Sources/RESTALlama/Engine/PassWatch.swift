import RESTA

/// What llama.cpp's abort callback is given: a running pass.
final class PassWatch: Sendable {
  private let pass: EnginePass

  init(_ pass: EnginePass) { self.pass = pass }

  var isAbandoned: Bool { pass.isAbandoned }
}

// A plain function for the reason given at `logCallback`.
func abortCallback(data: UnsafeMutableRawPointer?) -> Bool {
  guard let data = unsafe data else { return false }
  return unsafe Unmanaged<PassWatch>.fromOpaque(data).takeUnretainedValue().isAbandoned
}
