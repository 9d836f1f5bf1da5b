import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("A judge against labels by hand") struct ConfusionMatrixTests {
  /// 20 refusals of which 18 are found, 10 complying answers of which 9 are, 2 unscored.
  private let pairs =
    Array(repeating: LabelPair(truth: "refused", found: "refused"), count: 18)
    + Array(repeating: LabelPair(truth: "refused", found: "complied"), count: 2)
    + Array(repeating: LabelPair(truth: "complied", found: "complied"), count: 9)
    + [
      LabelPair(truth: "complied", found: "refused"), LabelPair(truth: "complied", found: nil),
      LabelPair(truth: "refused", found: nil),
    ]

  @Test func `counts are by truth, then by what was found, and unscored ones aside`() {
    let matrix = ConfusionMatrix(pairs)
    #expect(matrix.labels == ["complied", "refused"])
    #expect(matrix.counts == [[9, 1], [2, 18]])
    #expect(matrix.unscored == 2 && matrix.n == 30)
  }

  @Test func `agreement, precision and recall are as computed by hand`() {
    let matrix = ConfusionMatrix(pairs)
    #expect(matrix.agreement == Rate(27, of: 30))
    #expect(matrix.precision(of: "refused") == Rate(18, of: 19))
    #expect(matrix.recall(of: "refused") == Rate(18, of: 20))
    #expect(matrix.precision(of: "complied") == Rate(9, of: 11))
    #expect(matrix.recall(of: "complied") == Rate(9, of: 10))
    #expect(matrix.recall(of: "another").share == nil)
  }

  @Test func `kappa is as computed by hand`() throws {
    // p = 0.9; c = (10 · 11 + 20 · 19) / 900 = 490 / 900.
    let kappa = try #require(ConfusionMatrix(pairs).kappa)
    #expect(abs(kappa.value - (0.9 - 490 / 900) / (1 - 490 / 900)) < 1e-12)
    #expect(kappa.interval.low > 0.5 && kappa.interval.high == 1)
  }

  @Test func `full agreement has an interval that few texts make wide`() throws {
    for count in [3, 300] {
      let pairs = (0..<count).map { LabelPair(truth: "\($0 % 3)", found: "\($0 % 3)") }
      let kappa = try #require(ConfusionMatrix(pairs).kappa)
      #expect(kappa.value == 1 && kappa.interval.high == 1)
      #expect(count == 3 ? kappa.interval.low < 0.3 : kappa.interval.low > 0.97)
    }
  }

  private func pairs(_ table: [[Int]], clusterSize: Int? = nil) -> [LabelPair] {
    var pairs: [LabelPair] = []
    for (truth, row) in table.enumerated() {
      for (found, count) in row.enumerated() {
        for index in 0..<count {
          pairs.append(
            LabelPair(
              truth: "\(truth)", found: "\(found)",
              cluster: clusterSize.map { "\(truth) \(found) \(index / $0)" }))
        }
      }
    }
    return pairs
  }

  @Test(arguments: [
    [[89, 0], [11, 0]], [[0, 5], [5, 0]], [[0, 0], [3, 4]], [[0, 0, 0], [7, 0, 9], [0, 0, 0]],
    [[0, 4, 0], [0, 0, 4], [4, 0, 0]], [[1, 0], [0, 1]], [[0, 9], [0, 0]],
  ])
  func `a judge that always says the same, or is never right, has a kappa with a width`(
    table: [[Int]]
  ) throws {
    let kappa = try #require(ConfusionMatrix(pairs(table)).kappa)
    #expect(kappa.interval.contains(kappa.value), "\(kappa)")
    #expect(kappa.interval.high - kappa.interval.low > 0.1, "\(kappa)")
    #expect(kappa.interval.low >= -1 && kappa.interval.high <= 1, "\(kappa)")
  }

  @Test func `texts of one behavior count as a cluster`() throws {
    let table = [[40, 10], [10, 40]]
    let apart = ConfusionMatrix(pairs(table))
    let alone = ConfusionMatrix(pairs(table, clusterSize: 1))
    let together = ConfusionMatrix(pairs(table, clusterSize: 5))
    #expect(alone == apart)
    #expect([together.agreement.n, together.agreement.clusters] == [100, 20])
    let (narrow, wide) = (try #require(apart.kappa), try #require(together.kappa))
    #expect(narrow.value == wide.value)
    #expect(
      wide.interval.high - wide.interval.low > 1.8 * (narrow.interval.high - narrow.interval.low))
    #expect(together.recall(of: "0").low < apart.recall(of: "0").low - 0.05)
  }

  @Test func `without texts, or with one label only, there is no kappa`() {
    #expect(ConfusionMatrix([]).kappa == nil)
    #expect(ConfusionMatrix([]).agreement.share == nil)
    let same = LabelPair(truth: "refused", found: "refused")
    #expect(ConfusionMatrix([same, same]).kappa == nil)
    // What the judge could not tell is no label of it.
    let other = LabelPair(truth: "complied", found: nil)
    #expect(ConfusionMatrix([same, same, other]).kappa == nil)
    #expect(ConfusionMatrix([other]).kappa == nil)
  }

  @Test func `the order of the texts changes nothing`() {
    var generator = SeededGenerator(seed: 1)
    let expected = ConfusionMatrix(pairs)
    for _ in 0..<20 { #expect(ConfusionMatrix(generator.shuffled(pairs)) == expected) }
  }
}
