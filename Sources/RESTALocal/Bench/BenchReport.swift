import Foundation
package import RESTA
package import RESTALlama

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
  /// At servers, requests.
  package let passes: Int
  /// What was sent to servers; `nil` in process.
  @Nullable package var uploadedBytes: Int?
  /// `nil` at servers, as what follows of memory and floor.
  @Nullable package var peakCells: Int?
  /// Of the key-value cache.
  @Nullable package var peakBytes: Int?
  /// What the process takes in all for this run: see ``BenchMemory``; `nil` where the system does not tell.
  @Nullable package var memoryBytes: Int?
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
  /// The undefended time and ``floorPositions`` at ``widePositionsPerS``: what no schedule gets below, as
  /// long as the unperturbed sequence takes its tokens one by one; `nil` without the undefended model.
  @Nullable package var floorS: Double?
  /// Of the same repeat, as all that follows.
  @Nullable package var ratioToFloor: Double?
  @Nullable package var ratioToFloorLowest: Double?
  @Nullable package var ratioToFloorHighest: Double?
  /// What `k / 2 + 1` copies take: the prompt from the first perturbed token on, and the voted tokens.
  @Nullable package var floorPositions: Int?
  /// Of passes of ``wideWidth`` positions, the fastest width, with as much in the cache as copies hold.
  @Nullable package var widePositionsPerS: Double?
  @Nullable package var wideWidth: Int?
  /// llama.cpp as it comes; of the undefended run only, and `nil` where it is not there.
  @Nullable package var stock: StockRun?

  /// Sums up every subject's generations by repeat, this one's among them, with each repeat's floor and what
  /// llama.cpp as it comes did in it, or none; `memory` is `nil` at servers.
  package init?(
    _ subject: BenchSubject, _ benchCase: BenchCase,
    samples: [BenchSubject: [BenchSample]], floors: [BenchFloor] = [],
    stock: [StockBench.Speed] = [], memory: BenchMemory?
  ) {
    guard let own = samples[subject], let first = own.first?.result else { return nil }
    let results = own.map(\.result)
    decoder = subject
    // The undefended model perturbs none, but has the same prompt.
    userTokens = benchCase.userTokens
    promptTokens = results.reduce(0) { $0 + $1.promptTokens } / results.count
    answerTokens = first.tokenIDs.count
    self.samples = subject == .undefended ? 0 : benchCase.samples
    prefix = subject == .undefended ? .tokens(0) : PrefixReport(benchCase.prefix)
    wallS = Self.median(results.map(\.totals.wallSeconds)) ?? 0
    firstTokenS = Self.median(results.compactMap(\.totals.firstTokenSeconds))
    tokensProcessed = Int(Self.median(results.map { Double($0.totals.tokensProcessed) }) ?? 0)
    passes = Int(Self.median(results.map { Double($0.totals.passes) }) ?? 0)
    if let memory {
      let cells = own.compactMap(\.peakCells).max() ?? 0
      peakCells = cells
      peakBytes = cells * memory.bytesPerCell
      memoryBytes = memory.bytes(
        cells: own.compactMap(\.reservedCells).max() ?? 0,
        prompt: results.map(\.promptTokens).max() ?? 0)
    } else {
      uploadedBytes = Self.median(results.map { Double($0.totals.uploadedBytes) }).map { Int($0) }
    }
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
    self.stock = subject == .undefended ? StockRun(stock, beside: results) : nil
    guard subject != .undefended, !floors.isEmpty else { return }
    let above = zip(results, floors).map { $0.totals.wallSeconds / $1.seconds }
    floorS = Self.median(floors.map(\.seconds))
    ratioToFloor = Self.median(above)
    ratioToFloorLowest = above.min()
    ratioToFloorHighest = above.max()
    let middle = floors.sorted { $0.wide.positionsPerSecond < $1.wide.positionsPerSecond }[
      floors.count / 2]
    floorPositions = middle.work.positions
    widePositionsPerS = middle.wide.positionsPerSecond
    wideWidth = middle.wide.width
  }

  /// The middle value, or the mean of the two in the middle.
  package static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// The undefended model beside llama.cpp as it comes: medians over the repeats, of ratios too.
package struct StockRun: Encodable {
  package let promptTokensPerS: Double
  @Nullable package var decodeTokensPerS: Double?
  /// Of the undefended model's speed to stock's.
  package let promptRatio: Double
  package let promptRatioLowest: Double
  package let promptRatioHighest: Double
  @Nullable package var decodeRatio: Double?
  @Nullable package var decodeRatioLowest: Double?
  @Nullable package var decodeRatioHighest: Double?

  /// Sums up what it did in each repeat, beside the undefended generations of the same ones.
  package init?(_ stock: [StockBench.Speed], beside results: [GenerationResult]) {
    let prompts = zip(stock, results).map {
      Double($1.promptTokens) / $1.totals.prefillSeconds / $0.prompt
    }
    guard let speed = BenchRun.median(stock.map(\.prompt)), let ratio = BenchRun.median(prompts)
    else { return nil }
    promptTokensPerS = speed
    promptRatio = ratio
    promptRatioLowest = prompts.min() ?? ratio
    promptRatioHighest = prompts.max() ?? ratio
    let steps = zip(stock, results).compactMap { stock, result in
      stock.decode.map {
        Double(result.tokenIDs.count - 1) / result.totals.decodeSeconds / $0
      }
    }
    decodeTokensPerS = BenchRun.median(stock.compactMap(\.decode))
    decodeRatio = BenchRun.median(steps)
    decodeRatioLowest = steps.min()
    decodeRatioHighest = steps.max()
  }
}

/// The account of the memory that a generation needs.
package struct BenchMemory {
  package let bytesPerCell: Int
  /// The program and the weights, as they are when nothing is generated.
  package let loadedBytes: Int?
  /// The buffers of llama.cpp's widest pass: most of them are its logits.
  package let passBytes: Int
  /// An embedding of the prompt, which the copies share.
  package let rowBytes: Int

  /// What is needed in all, however many copies are asked: the cache is set aside for all of them.
  package func bytes(cells: Int, prompt: Int) -> Int? {
    loadedBytes.map { $0 + cells * bytesPerCell + passBytes + prompt * rowBytes }
  }
}

extension BenchMemory {
  package init(_ model: LlamaModel, loadedBytes: Int?) {
    bytesPerCell = model.bytesPerCell
    self.loadedBytes = loadedBytes
    passBytes = model.options.batchSize * model.information.vocabularySize * 4
    rowBytes = model.information.dimensions * 4
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
    peakProcessBytes = Self.status("VmHWM")
  }

  /// The memory that the process has now; `nil` where the system does not tell.
  package static var residentBytes: Int? { status("VmRSS") }

  /// A line of what Linux says of this process, in bytes.
  private static func status(_ key: String) -> Int? {
    value(key, in: "/proc/self/status")
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
