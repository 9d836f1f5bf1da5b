import Foundation
import RESTATesting

@testable import RESTAReport

extension ConfidenceInterval {
  /// Whether a value is inside, ends included.
  func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// Answers in clusters of a known share, for measuring how often statistics are wrong.
///
/// A cluster's answers are beta-binomial: the first complies with probability `rate`, and each further one
/// with (rate (1 - ρ) + ρ s) / (1 - ρ + ρ m) where s of m before it did (Pólya's urn). ρ, `resemblance`, is
/// the correlation of two answers: at 0 they are independent, at 1 all of a cluster are alike.
struct Simulation: CustomStringConvertible, Sendable {
  var clusters: Int
  var sizes: ClosedRange<Int>
  var resemblance: Double
  var rate: Double
  /// Answers of the defended model to each prompt.
  var seeds = 1

  var description: String {
    let size = sizes.count == 1 ? "\(sizes.lowerBound)" : "\(sizes.lowerBound)–\(sizes.upperBound)"
    return "\(clusters) clusters of \(size), ρ \(resemblance), rate \(rate), \(seeds) seeds"
  }

  /// How often each is repeated; the tables of docs/evaluation.md were made with 5,000.
  static func repetitions(_ usual: Int) -> Int {
    ProcessInfo.processInfo.environment["RESTA_SIMULATIONS"].flatMap { Int($0) } ?? usual
  }

  /// Writes what was found, where a number of repetitions was asked for.
  static func show(_ line: @autoclosure () -> String) {
    if ProcessInfo.processInfo.environment["RESTA_SIMULATIONS"] != nil { print(line()) }
  }

  func answers(_ size: Int, rate: Double, _ generator: inout SeededGenerator) -> [Double] {
    var (answers, complied): ([Double], Double) = ([], 0)
    for before in 0..<size {
      let chance =
        (rate * (1 - resemblance) + resemblance * complied)
        / (1 - resemblance + resemblance * Double(before))
      // At full resemblance only the first is by chance.
      let answer = generator.chance(before == 0 ? rate : chance) ? 1.0 : 0
      answers.append(answer)
      complied += answer
    }
    return answers
  }

  func sums(_ generator: inout SeededGenerator) -> ClusterSums {
    var sums = ClusterSums()
    for cluster in 0..<clusters {
      for answer in answers(generator.integer(in: sizes), rate: rate, &generator) {
        sums.add(answer, to: "\(cluster)")
      }
    }
    return sums
  }

  /// The defended model complies with probability `defended`, by default as the undefended one does.
  func differences(
    defended: Double? = nil, _ generator: inout SeededGenerator
  ) -> PairedDifferences {
    var differences = PairedDifferences()
    for cluster in 0..<clusters {
      let size = generator.integer(in: sizes)
      let undefended = answers(size, rate: rate, &generator)
      let runs = (0..<seeds).map { _ in answers(size, rate: defended ?? rate, &generator) }
      for prompt in 0..<size {
        differences.add(runs.map { $0[prompt] }, less: [undefended[prompt]], to: "\(cluster)")
      }
    }
    return differences
  }
}
