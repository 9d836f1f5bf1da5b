internal import CLlama
import Foundation
import Synchronization

/// llama.cpp as a whole: initialised once, silent, its last complaint kept for our own errors.
enum LlamaLibrary {
  // Invariant: holds what llama.cpp logged as an error since the last `takeErrors()`.
  private static let errors = Mutex([String]())

  /// Done on first use, and once.
  private static let initialized: Void = {
    unsafe llama_log_set(logCallback, nil)
    llama_backend_init()
  }()

  static func initialize() { initialized }

  /// The version string of the llama.cpp that is linked.
  static var version: String {
    guard let version = unsafe llama_version() else { return "unknown" }
    return unsafe String(cString: version)
  }

  /// What llama.cpp complained about since the last call, newest last.
  static func takeErrors() -> String {
    errors.withLock { errors in
      defer { errors = [] }
      return errors.suffix(3).joined(separator: " ")
    }
  }

  static func note(_ message: String) {
    let line = message.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !line.isEmpty else { return }
    errors.withLock { errors in
      errors.append(line)
      // Only the latest lines explain a failure; the rest would grow for ever.
      if errors.count > 16 { errors.removeFirst() }
    }
  }
}

// A plain function, not a closure: llama.cpp calls it from threads of its own, where a closure
// that inherited an actor's isolation would trap.
private func logCallback(
  level: ggml_log_level, text: UnsafePointer<CChar>?, data: UnsafeMutableRawPointer?
) {
  guard level == GGML_LOG_LEVEL_ERROR, let text = unsafe text else { return }
  LlamaLibrary.note(unsafe String(cString: text))
}

/// How many CPUs this process may use.
enum Processors {
  /// The smaller of the CPUs it may be scheduled on and a container's CPU quota; at least 1.
  static var usable: Int {
    max(1, min(ProcessInfo.processInfo.activeProcessorCount, quota ?? .max))
  }

  /// The quota of a Linux control group (version 2), rounded up: `cpu.max` holds "<quota> <period>"
  /// in microseconds, or "max <period>".
  private static var quota: Int? {
    guard
      let text = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8)
    else { return nil }
    let fields = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard fields.count == 2, let quota = fields[0], let period = fields[1], period > 0 else {
      return nil
    }
    return Int((quota / period).rounded(.up))
  }
}
