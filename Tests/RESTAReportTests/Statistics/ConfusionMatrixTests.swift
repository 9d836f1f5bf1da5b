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

  @Test func `without texts, or with one label only, there is no kappa`() {
    #expect(ConfusionMatrix([]).kappa == nil)
    #expect(ConfusionMatrix([]).agreement.share == nil)
    let same = LabelPair(truth: "refused", found: "refused")
    #expect(ConfusionMatrix([same, same]).kappa == nil)
  }

  @Test func `the order of the texts changes nothing`() {
    var generator = SeededGenerator(seed: 1)
    let expected = ConfusionMatrix(pairs)
    for _ in 0..<20 { #expect(ConfusionMatrix(generator.shuffled(pairs)) == expected) }
  }
}
