import Foundation
import RESTA
import RESTALlama

/// What `resta bench --json` prints: a stable shape, to which fields may be added.
struct BenchReport: Encodable {
  let machine: MachineReport
  let model: RunReport
  let noise: NoiseKind
  let sigmaAbsolute: Double
  let seed: UInt64
  let repeats: Int
  let runs: [BenchRun]
  let parallel: [ParallelRun]
}

/// One subject of one case: medians over the repeats.
struct BenchRun: Encodable {
  let decoder: BenchSubject
  let userTokens: Int
  let promptTokens: Int
  let answerTokens: Int
  let samples: Int
  let prefix: PrefixReport
  let wallS: Double
  @Nullable var firstTokenS: Double?
  let tokensProcessed: Int
  let passes: Int
  let peakCells: Int
  /// Of the key-value cache.
  let peakBytes: Int
  /// Of the wall time, what was not spent in the model.
  let bookkeepingShare: Double
  /// Copies asked for each vote; `nil` where nothing is voted on.
  @Nullable var meanAsked: Double?
  /// Whether all repeats gave the reference decoder's tokens; `nil` where it did not run.
  @Nullable var sameAsReference: Bool?
  /// Of the same repeat; `nil` where the undefended model did not run.
  @Nullable var ratioToUndefended: Double?
  @Nullable var ratioLowest: Double?
  @Nullable var ratioHighest: Double?

  /// - Parameters:
  ///   - subject: What ran.
  ///   - benchCase: The case.
  ///   - samples: Every subject's generations, by repeat; this one's among them.
  ///   - bytesPerCell: What a cell of the key-value cache takes.
  init?(
    _ subject: BenchSubject, _ benchCase: BenchCase,
    samples: [BenchSubject: [BenchSample]], bytesPerCell: Int
  ) {
    guard let own = samples[subject], let first = own.first?.result else { return nil }
    let results = own.map(\.result)
    decoder = subject
    // The undefended model perturbs none, but has the same prompt.
    userTokens = benchCase.userTokens
    promptTokens = first.promptTokens
    answerTokens = first.tokenIDs.count
    self.samples = subject == .undefended ? 0 : benchCase.samples
    prefix = subject == .undefended ? .tokens(0) : PrefixReport(benchCase.prefix)
    wallS = Self.median(results.map(\.totals.wallSeconds)) ?? 0
    firstTokenS = Self.median(results.compactMap(\.totals.firstTokenSeconds))
    tokensProcessed = Int(Self.median(results.map { Double($0.totals.tokensProcessed) }) ?? 0)
    passes = Int(Self.median(results.map { Double($0.totals.passes) }) ?? 0)
    peakCells = own.map(\.peakCells).max() ?? 0
    peakBytes = peakCells * bytesPerCell
    bookkeepingShare =
      Self.median(results.map { $0.totals.bookkeepingSeconds / $0.totals.wallSeconds }) ?? 0
    let asked = results.flatMap(\.votes).map { Double($0.asked) }
    meanAsked = asked.isEmpty ? nil : asked.reduce(0, +) / Double(asked.count)
    sameAsReference =
      subject == .undefended
      ? nil : samples[.reference].map { $0.map(\.result.tokenIDs) == results.map(\.tokenIDs) }
    let ratios = samples[.undefended].map { plain in
      zip(results, plain).map { $0.totals.wallSeconds / $1.result.totals.wallSeconds }
    }
    ratioToUndefended = ratios.flatMap { Self.median($0) }
    ratioLowest = ratios?.min()
    ratioHighest = ratios?.max()
  }

  /// The middle value, or the mean of the two in the middle.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// Where something was measured.
struct MachineReport: Encodable {
  let system: String
  let processor: String
  let cpus: Int
  let memoryBytes: UInt64
  /// The most memory that the process has had so far; `nil` where the system does not tell.
  @Nullable var peakProcessBytes: Int?

  init() {
    system = ProcessInfo.processInfo.operatingSystemVersionString
    cpus = ProcessInfo.processInfo.activeProcessorCount
    memoryBytes = ProcessInfo.processInfo.physicalMemory
    processor = Self.value("model name", in: "/proc/cpuinfo") ?? "unknown"
    peakProcessBytes = Self.value("VmHWM", in: "/proc/self/status")
      .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 << 10 }
  }

  /// The value of the first `key : value` line.
  private static func value(_ key: String, in path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
      return line.split(separator: ":", maxSplits: 1).last
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return nil
  }
}
