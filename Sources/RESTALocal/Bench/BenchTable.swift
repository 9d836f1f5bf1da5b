package import RESTA

/// The rows that `resta bench` prints for people.
package struct BenchTable {
  private let columns: [Column]

  /// A table of runs in process or at servers, which share some columns.
  package init(_ engine: ModelEngine) {
    columns = Self.columns.filter { $0.engine ?? engine == engine }
  }

  private struct Column: Sendable {
    let title: String
    let width: Int
    /// The only one that it is for.
    var engine: ModelEngine?
    let text: @Sendable (BenchRun) -> String
  }

  private static let columns: [Column] = [
    Column(title: "user", width: 5) { "\($0.userTokens)" },
    Column(title: "answer", width: 6) { "\($0.answerTokens)" },
    Column(title: "k", width: 3) { "\($0.samples)" },
    Column(title: "l", width: 4) { $0.prefix.description },
    Column(title: "decoder", width: 10) { Columns.left($0.decoder.rawValue, 10) },
    Column(title: "time s", width: 7) { Summary.number($0.wallS) },
    Column(title: "ratio", width: 19) {
      ratio($0.ratioToUndefended, $0.ratioLowest, $0.ratioHighest)
    },
    Column(title: "of floor", width: 19, engine: .llama) {
      ratio($0.ratioToFloor, $0.ratioToFloorLowest, $0.ratioToFloorHighest)
    },
    Column(title: "first s", width: 7) { $0.firstTokenS.map { Summary.number($0) } ?? "-" },
    Column(title: "passes", width: 6, engine: .llama) { "\($0.passes)" },
    Column(title: "requests", width: 8, engine: .vllm) { "\($0.passes)" },
    Column(title: "tokens", width: 7) { "\($0.tokensProcessed)" },
    Column(title: "KV MiB", width: 7, engine: .llama) { mebibytes($0.peakBytes) },
    Column(title: "sent MiB", width: 8, engine: .vllm) { mebibytes($0.uploadedBytes) },
    Column(title: "asked", width: 5) { $0.meanAsked.map { Summary.number($0) } ?? "-" },
    Column(title: "same", width: 4, engine: .llama) {
      $0.sameAsReference.map { $0 ? "yes" : "NO" } ?? "-"
    },
  ]

  private static func mebibytes(_ bytes: Int?) -> String {
    bytes.map { Summary.number(Double($0) / 1_048_576) } ?? "-"
  }

  package var title: String {
    row { $0.title == "decoder" ? Columns.left($0.title, $0.width) : $0.title }
  }

  package func row(_ run: BenchRun) -> String { row { $0.text(run) } }

  private func row(_ text: (Column) -> String) -> String {
    columns.map { Columns.right(text($0), $0.width) }.joined(separator: "  ")
  }

  /// The lines below a case: what its floor is made of, and llama.cpp as it comes.
  package static func notes(_ runs: [BenchRun]) -> [String] {
    var lines: [String] = []
    if let run = runs.first(where: { $0.floorS != nil }), let floor = run.floorS,
      let positions = run.floorPositions, let speed = run.widePositionsPerS,
      let width = run.wideWidth
    {
      lines.append(
        "       floor: \(Summary.number(floor)) s, undefended and \(positions) positions at "
          + "\(Int(speed)) a second in passes of \(width)")
    }
    if let stock = runs.compactMap(\.stock).first {
      let steps = stock.decodeTokensPerS.map {
        "; decode \(Int($0)), undefended "
          + ratio(stock.decodeRatio, stock.decodeRatioLowest, stock.decodeRatioHighest) + " of it"
      }
      lines.append(
        "       llama.cpp as it comes: prompt \(Int(stock.promptTokensPerS)) tokens/s, undefended "
          + ratio(stock.promptRatio, stock.promptRatioLowest, stock.promptRatioHighest) + " of it"
          + (steps ?? ""))
    }
    return lines
  }

  /// The line below all cases: the memory of the one that needs the most.
  package static func memory(_ runs: [BenchRun], used: Int?) -> String? {
    guard let needed = runs.compactMap(\.memoryBytes).max(), let used else { return nil }
    return "memory: \(needed / 1_000_000) MB needed by the largest run, "
      + "\(used / 1_000_000) MB used at most by the process"
  }

  /// No wider than its column, up to 9999: of a ratio that large nobody needs hundredths.
  static func ratio(_ middle: Double?, _ low: Double?, _ high: Double?) -> String {
    guard let middle, let low, let high else { return "-" }
    return "\(short(middle)) (\(short(low))...\(short(high)))"
  }

  private static func short(_ value: Double) -> String {
    let (hundredths, tenths) = (Int((value * 100).rounded()), Int((value * 10).rounded()))
    if hundredths < 1_000 { return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)" }
    return tenths < 1_000 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))"
  }
}
