/// How the copies' predictions become one token.
public enum Aggregator: String, Sendable, Hashable, Codable, CaseIterable {
  /// The token that most copies predict: the method.
  case majorityVote = "majority-vote"
  /// The argmax of the mean of the copies' probabilities.
  case meanProbability = "mean-probability"
  /// The argmax of the mean of the copies' logits.
  case meanLogit = "mean-logit"
  /// The argmax of each token's median logit over the copies.
  case medianLogit = "median-logit"

  /// The combined score of every token, `[vocabulary]`; `nil` for the majority vote, which has none.
  func scores(of rows: [[Float]]) throws(RESTAError) -> [Float]? {
    switch self {
    case .majorityVote:
      return nil
    case .meanLogit:
      return Self.mean(of: rows)
    case .meanProbability:
      var sums = [Double](repeating: 0, count: rows.first?.count ?? 0)
      for row in rows {
        for (token, value) in try Logits.logSoftmax(row).enumerated() {
          sums[token] += ElementaryFunctions.exponential(value)
        }
      }
      return sums.map { Float($0 / Double(rows.count)) }
    case .medianLogit:
      return (rows.first ?? []).indices.map { token in
        Self.median(of: rows.map { $0[token] })
      }
    }
  }

  private static func mean(of rows: [[Float]]) -> [Float] {
    (rows.first ?? []).indices.map { token in
      Float(rows.reduce(0) { $0 + Double($1[token]) } / Double(rows.count))
    }
  }

  /// The middle value, or the mean of the two in the middle.
  private static func median(of values: [Float]) -> Float {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    return Float((Double(sorted[middle - 1]) + Double(sorted[middle])) / 2)
  }
}
