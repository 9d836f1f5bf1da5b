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

/// What this process may use of the machine: less than there is in a container or a service with limits, a Linux
/// control group (version 2).
struct ProcessLimits {
  /// Where control groups are mounted.
  var root = "/sys/fs/cgroup"
  /// What the kernel says of this process's own: a line of `0::` and its path below that.
  var membership = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""

  /// The smaller of the CPUs that it may be scheduled on and its quota, rounded up; at least 1.
  var processors: Int {
    // "<quota> <period>" in microseconds, or "max <period>".
    let quota = least("cpu.max") { $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .infinity }
    let available = Double(ProcessInfo.processInfo.activeProcessorCount)
    return Int(max(1, min(available, quota.rounded(.up))))
  }

  /// The smaller of the machine's memory and its limit, in bytes.
  var memory: Int {
    let limit = least("memory.max") { $0.first ?? .infinity }
    return Int(min(Double(ProcessInfo.processInfo.physicalMemory), limit))
  }

  /// The least limit of its group and of those that this one is in.
  private func least(_ file: String, _ limit: ([Double]) -> Double) -> Double {
    let path: [Substring] =
      membership.split(separator: "\n").first { $0.hasPrefix("0::/") }?
      .dropFirst(4).split(separator: "/") ?? []
    var (folder, result) = (root, Double.infinity)
    for name in [""] + path {
      folder += "/\(name)"
      let text = (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
      // "max" is no limit.
      let fields = text.split(whereSeparator: \.isWhitespace).map { Double($0) ?? .infinity }
      result = min(result, limit(fields))
    }
    return result
  }
}
