import Foundation
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Statistics, against SciPy and statsmodels") struct StatisticsGoldenTests {
  /// Whether two numbers agree to 1e-9, relative to the larger for what is above 1.
  private func agree(_ ours: Double, _ theirs: Double) -> Bool {
    abs(ours - theirs) <= 1e-9 * max(1, abs(theirs))
  }

  private func agree(_ ours: ConfidenceInterval?, _ theirs: [Double]) -> Bool {
    ours.map { agree($0.low, theirs[0]) && agree($0.high, theirs[1]) } ?? false
  }

  @Test func `the golden file is as its generator wrote it`() throws {
    let written = try String(
      contentsOf: StatisticsGolden.file.appendingPathExtension("sha256"), encoding: .ascii)
    #expect(
      try Digest.sha256(of: Data(contentsOf: StatisticsGolden.file)) == written.prefix(64),
      "Make it with Tools/golden/statistics_golden.py; never edit it.")
  }

  @Test func `Wilson's and Clopper and Pearson's intervals are theirs`() throws {
    let cases = try StatisticsGolden.load().proportions
    #expect(cases.count > 100)
    for entry in cases {
      let (count, n, confidence) = (entry.count, entry.n, entry.confidence)
      let wilson = BinomialInterval.wilson(count, of: n, confidence: confidence)
      let exact = BinomialInterval.clopperPearson(count, of: n, confidence: confidence)
      #expect(agree(wilson, entry.wilson), "\(count) of \(n) at \(confidence): \(wilson)")
      #expect(agree(exact, entry.exact), "\(count) of \(n) at \(confidence): \(exact)")
    }
  }

  @Test func `the incomplete beta function and its inverse are theirs`() throws {
    let cases = try StatisticsGolden.load().beta
    #expect(cases.count > 200)
    for entry in cases {
      let p = IncompleteBeta.regularized(entry.x, a: entry.a, b: entry.b)
      let x = IncompleteBeta.inverse(entry.p, a: entry.a, b: entry.b)
      #expect(agree(p, entry.p), "I(\(entry.x); \(entry.a), \(entry.b)) is not \(p)")
      // Where the function is flat, many x have the same probability in a Double.
      let back = IncompleteBeta.regularized(x, a: entry.a, b: entry.b)
      #expect(agree(x, entry.x) || abs(back - entry.p) < 1e-14, "\(entry) is not at \(x)")
    }
  }

  @Test func `normal quantiles are theirs`() throws {
    for entry in try StatisticsGolden.load().quantiles {
      let z = NormalDistribution.quantile(entry.p)
      #expect(agree(z, entry.z), "\(entry.p): \(z)")
    }
  }

  @Test func `Student's quantiles are theirs`() throws {
    for entry in try StatisticsGolden.load().student {
      let t = StudentDistribution.quantile(entry.p, degrees: entry.degrees)
      #expect(agree(t, entry.t), "\(entry.p), \(entry.degrees): \(t)")
    }
  }

  @Test func `the sign-flip test's p is theirs, and its interval what it does not reject`() throws {
    let cases = try StatisticsGolden.load().signFlips
    #expect(cases.count > 20)
    for entry in cases {
      var differences = PairedDifferences()
      for (index, (first, second)) in zip(entry.first, entry.second).enumerated() {
        for (one, other) in zip(first, second) {
          differences.add([one], less: [other], to: "\(100 + index)")
        }
      }
      let test = try #require(SignFlipTest(differences))
      #expect(agree(test.p, entry.p), "\(entry.p): \(test)")
      #expect(agree(test.interval, entry.interval), "\(entry.interval): \(test)")
    }
  }

  @Test func `intervals of clustered shares are those of their definition in SciPy`() throws {
    let cases = try StatisticsGolden.load().clusters
    #expect(cases.count > 30)
    for entry in cases {
      var sums = ClusterSums()
      for (index, (hits, size)) in zip(entry.hits, entry.sizes).enumerated() {
        for answer in 0..<size { sums.add(answer < hits ? 1 : 0, to: "\(100 + index)") }
      }
      let interval = EffectiveSample(sums)?.interval
      #expect(agree(interval, entry.interval), "\(entry): \(interval as Any)")
    }
  }

  @Test func `Cohen's kappa and its interval are theirs`() throws {
    let cases = try StatisticsGolden.load().kappa
    #expect(cases.count > 50)
    for entry in cases {
      var pairs: [LabelPair] = []
      for (truth, row) in entry.table.enumerated() {
        for (found, count) in row.enumerated() {
          pairs += Array(repeating: LabelPair(truth: "\(truth)", found: "\(found)"), count: count)
        }
      }
      let kappa = ConfusionMatrix(pairs).kappa
      #expect(kappa.map { agree($0.value, entry.kappa) } == true, "\(entry.table)")
      #expect(agree(kappa?.interval, [max(-1, entry.low), min(1, entry.high)]), "\(entry.table)")
    }
  }

  @Test func `the cluster bootstrap is that of its definition in NumPy`() throws {
    for entry in try StatisticsGolden.load().bootstrap {
      func sums(_ columns: [[Double]]) -> ClusterSums {
        var sums = ClusterSums()
        for (index, (numerator, denominator)) in zip(columns[0], columns[1]).enumerated() {
          // Ids of one length, so that their order is that of the columns.
          sums.add(numerator, over: denominator, to: "cluster \(100 + index)")
        }
        return sums
      }
      let (first, second) = (sums(entry.first), sums(entry.second))
      let bootstrap = ClusterBootstrap()
      #expect(agree(bootstrap.interval(of: first), entry.interval))
      #expect(agree(bootstrap.interval(of: first, less: second), entry.difference))
    }
  }
}
