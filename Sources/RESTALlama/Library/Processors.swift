import Foundation

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
