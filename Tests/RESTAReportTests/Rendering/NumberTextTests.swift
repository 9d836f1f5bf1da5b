import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Numbers in the report") struct NumberTextTests {
  @Test(arguments: [
    (0.0, 0, "0"), (0.5, 0, "1"), (1.005, 2, "1.00"), (-2.345, 1, "−2.3"), (-0.004, 2, "0.00"),
    (1234.5, 1, "1234.5"), (0.07, 2, "0.07"), (.nan, 1, "–"), (-.infinity, 0, "–"),
  ])
  func `have the decimals asked for`(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (1.0, "100"), (0.614, "61"), (0.0001, "<0.1"), (0.0042, "0.4"), (0.0097, "1"),
    (0.9999, ">99.9"), (0.996, "99.6"), (0.99, "99"), (1e-17, "0"), (1 - 1e-16, "100"),
  ])
  func `shares are never rounded to nothing or all`(share: Double, text: String) {
    #expect(NumberText.percent(share) == text)
  }

  @Test func `a share that is nearly all is not all, and neither is the end of its interval`() {
    #expect(NumberText.share(0.995, 0.9725, 0.9999) == "99.5 % [97, >99.9]")
    #expect(NumberText.share(0, 0, 0.23) == "0 % [0, 23]")
  }

  @Test func `shares of few are written as the nearest per cent`() {
    for n in 1...90 {
      for count in 0...n {
        let share = Double(count) / Double(n)
        let text = NumberText.percent(share)
        #expect((text == "0") == (count == 0) && (text == "100") == (count == n), "\(count)/\(n)")
        let number = Double(text.drop { "<>".contains($0) }) ?? .nan
        #expect(abs(number - share * 100) <= 0.5 + 1e-9, "\(count)/\(n): \(text)")
      }
    }
  }

  @Test(arguments: [(0.0004, "< 0.001"), (0.001, "= 0.001"), (1.0, "= 1.000"), (.nan, "–")])
  func `p-values keep their relation`(p: Double, text: String) {
    #expect(NumberText.p(p) == text)
  }

  @Test func `a share is written with interval, n and clusters`() {
    let rate = Rate(
      count: 123, n: 201, clusters: 67, low: 0.542, high: 0.681, method: "effective-sample")
    #expect(EstimateText(rate).line == "61 % [54, 68], n = 201 (67 clusters)")
    let many = Rate(
      count: 310, n: 10_000, clusters: 10_000, low: 0.028, high: 0.0346, method: "wilson")
    #expect(EstimateText(many).line == "3.1 % [2.8, 3.5], n = 10000")
  }

  @Test(arguments: [
    (0.00416, "0.00416 [0.00374, 0.00458], n = 48"), (0.33, "0.330 [0.297, 0.363], n = 48"),
    (2.5, "2.50 [2.25, 2.75], n = 48"), (0, "0.00 [0.00, 0.00], n = 48"),
  ])
  func `a small number keeps its digits where they count`(value: Double, line: String) {
    let mean = Mean(value: value, n: 48, low: 0.9 * value, high: 1.1 * value)
    #expect(EstimateText(mean, isSmall: true).line == line)
  }

  @Test func `a difference always has its sign`() {
    let fall = Mean(value: -0.434, n: 67, low: -0.55, high: -0.3)
    #expect(EstimateText.points(fall).line == "−43 points [−55, −30], n = 67")
    let small = Mean(value: 0.012, n: 67, low: -0.02, high: 0.04)
    #expect(EstimateText.points(small).line == "+1.2 points [−2.0, +4.0], n = 67")
  }

  @Test(arguments: UInt64(0)..<200)
  func `axes reach beyond all values`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let greatest = Double(generator.integer(in: 1...1_000_000)) / 1000
    let scale = AxisScale.numbers(upTo: greatest)
    #expect(scale.top >= greatest && scale.top <= 2.5 * greatest, "seed \(seed): \(greatest)")
    #expect((3...7).contains(scale.ticks.count), "seed \(seed): \(scale)")
    #expect(AxisScale.shares(upTo: min(1, greatest)).top >= min(1, greatest), "seed \(seed)")
  }

  @Test(arguments: [0.45, 0.7, 0.9, 7, 3_000])
  func `an axis is labelled without what rounding adds`(greatest: Double) {
    for tick in AxisScale.numbers(upTo: greatest).ticks {
      #expect(NumberText.setting(tick).count <= 4, "\(tick)")
    }
  }

  @Test(arguments: UInt64(0)..<50)
  func `labels of scattered points cover neither each other nor a mark`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let frame = PlotFrame(x: 60, y: 40, width: 430, height: 380)
    let points = (0..<14).map { _ in
      (x: Double(generator.integer(in: 60...490)), y: Double(generator.integer(in: 40...420)))
    }
    var placement = LabelPlacement(frame: frame, marks: points)
    let labels = points.map { placement.place($0.x, $0.y, width: 17, height: 13) }
    for (number, label) in labels.enumerated() {
      for other in labels[..<number] {
        #expect(abs(label.x - other.x) >= 16.9 || abs(label.y - other.y) >= 12.9, "seed \(seed)")
      }
      for mark in points {
        #expect(abs(label.x - mark.x) >= 14 || abs(label.y - mark.y) >= 12, "seed \(seed)")
      }
      #expect(label.x >= 60 && label.x <= 490 && label.y >= 40 && label.y <= 420, "seed \(seed)")
    }
  }
}
