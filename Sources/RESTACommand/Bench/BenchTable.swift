import RESTA

/// The rows that `resta bench` prints for people.
enum BenchTable {
  private static let header = [
    "user", "answer", "k", "l", "decoder", "time s", "ratio", "first s", "passes", "tokens",
    "KV MiB", "asked", "same",
  ]
  private static let widths = [5, 6, 3, 4, 10, 7, 19, 7, 6, 7, 7, 5, 4]

  static var title: String { row(header) }

  static func row(_ run: BenchRun) -> String {
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
