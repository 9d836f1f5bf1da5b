import Foundation

/// The machine, in words.
enum Machine {
  /// The processor, its cores and the system.
  static var summary: String {
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    return "\(processor), \(ProcessInfo.processInfo.activeProcessorCount) CPUs, \(system)"
  }

  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown processor"
  }
}
