import Foundation
package import RESTA
import RESTALlama

/// What `resta bench --json` prints: a stable shape, to which fields may be added.
package struct BenchReport: Encodable {
  package let machine: MachineReport
  package let model: RunReport
  package let noise: NoiseKind
  package let sigmaAbsolute: Double
  package let seed: UInt64
  package let repeats: Int
  package let runs: [BenchRun]
  package let parallel: [ParallelRun]
}

/// One subject of one case: medians over the repeats.
package struct BenchRun: Encodable {
  package let decoder: BenchSubject
  package let userTokens: Int
  package let promptTokens: Int
  package let answerTokens: Int
  package let samples: Int
  package let prefix: PrefixReport
  package let wallS: Double
  @Nullable package var firstTokenS: Double?
  package let tokensProcessed: Int
  package let passes: Int
  package let peakCells: Int
  /// Of the key-value cache.
  package let peakBytes: Int
  /// Of the wall time, what was not spent in the model.
  package let bookkeepingShare: Double
  /// Copies asked for each vote; `nil` where nothing is voted on.
  @Nullable package var meanAsked: Double?
  /// Whether all repeats gave the reference decoder's tokens; `nil` where it did not run.
  @Nullable package var sameAsReference: Bool?
  /// Of the same repeat; `nil` where the undefended model did not run.
  @Nullable package var ratioToUndefended: Double?
  @Nullable package var ratioLowest: Double?
  @Nullable package var ratioHighest: Double?

  /// - Parameters:
  ///   - subject: What ran.
  ///   - benchCase: The case.
  ///   - samples: Every subject's generations, by repeat; this one's among them.
  ///   - bytesPerCell: What a cell of the key-value cache takes.
  package init?(
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
  package static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// Where something was measured.
package struct MachineReport: Encodable {
  package let system: String
  package let processor: String
  package let cpus: Int
  package let memoryBytes: UInt64
  /// The most memory that the process has had so far; `nil` where the system does not tell.
  @Nullable package var peakProcessBytes: Int?

  package init() {
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

/// The rows that `resta bench` prints for people.
package enum BenchTable {
  private static let header = [
    "user", "answer", "k", "l", "decoder", "time s", "ratio", "first s", "passes", "tokens",
    "KV MiB", "asked", "same",
  ]
  private static let widths = [5, 6, 3, 4, 10, 7, 19, 7, 6, 7, 7, 5, 4]

  package static var title: String { row(header) }

  package static func row(_ run: BenchRun) -> String {
    let prefix = run.prefix.description
    var ratio = "-"
    if let middle = run.ratioToUndefended, let low = run.ratioLowest, let high = run.ratioHighest {
      ratio = "\(two(middle)) (\(two(low))...\(two(high)))"
    }
    return row([
      "\(run.userTokens)", "\(run.answerTokens)", "\(run.samples)", prefix, run.decoder.rawValue,
      Summary.number(run.wallS), ratio, run.firstTokenS.map { Summary.number($0) } ?? "-",
      "\(run.passes)", "\(run.tokensProcessed)",
      Summary.number(Double(run.peakBytes) / 1_048_576),
      run.meanAsked.map { Summary.number($0) } ?? "-",
      run.sameAsReference.map { $0 ? "yes" : "NO" } ?? "-",
    ])
  }

  private static func two(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return
      "\(hundredths / 100).\(Columns.right("\(hundredths % 100)", 2).replacing(" ", with: "0"))"
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { index, pair in
      index == 4 ? Columns.left(pair.0, pair.1) : Columns.right(pair.0, pair.1)
    }.joined(separator: "  ")
  }
}
