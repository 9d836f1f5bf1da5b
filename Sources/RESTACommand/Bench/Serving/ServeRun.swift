/// A number of clients against the same number of calls one after the other: medians over the repeats.
struct ServeRun: Encodable {
  /// `undefended` or `fast`.
  let decoder: BenchSubject
  let clients: Int
  let requests: Int
  let answerTokens: Int
  /// All requests, by these clients.
  let wallS: Double
  /// The same ones one after the other, by calls of the library.
  let sequentialS: Double
  /// Of the same repeat: how many times as fast the clients were served.
  let speedup: Double
  let speedupLowest: Double
  let speedupHighest: Double
  /// Over all clients.
  let tokensPerS: Double
  /// Of single requests, from sending to the whole reply.
  let latencyMedianS: Double
  let latencyHighestS: Double
  /// How many answers of all repeats are those of the sequential calls, to the byte.
  let sameAnswers: Int
  let answers: Int

  static let title =
    "decoder     clients  requests  time s  one by one s  times as fast      tokens/s  median s  "
    + "slowest s  same"

  /// A line of the table.
  var row: String {
    let range =
      "\(Summary.number(speedup)) (\(Summary.number(speedupLowest))...\(Summary.number(speedupHighest)))"
    return [
      Columns.left(decoder.rawValue, 10), Columns.right("\(clients)", 7),
      Columns.right("\(requests)", 8), Columns.right(Summary.number(wallS), 6),
      Columns.right(Summary.number(sequentialS), 12), Columns.right(range, 17),
      Columns.right(Summary.number(tokensPerS), 8),
      Columns.right(Summary.number(latencyMedianS), 8),
      Columns.right(Summary.number(latencyHighestS), 9),
      "\(sameAnswers)/\(answers)",
    ].joined(separator: "  ")
  }
}

/// What `resta bench serve --json` prints: a stable shape, to which fields may be added.
struct ServeBenchReport: Encodable {
  let machine: MachineReport
  let resta: String
  let llamaCpp: String
  let model: String
  let repeats: Int
  let runs: [ServeRun]
}
