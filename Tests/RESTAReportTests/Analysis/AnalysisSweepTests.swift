import RESTADocuments
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Sweeps") struct AnalysisSweepTests {
  private func rows(
    _ name: String, noise: String = "gaussian", sigma: Double = 1, prefix: JSONValue = .integer(20),
    samples: Int128 = 10, kind: String = "resta"
  ) -> [GenerationRow] {
    let settings: JSONObject = [
      "noise": .string(noise), "sigma": .number(sigma), "sigma_unit": .string("relative"),
      "prefix": prefix, "samples": .integer(samples),
    ]
    let labels: [(Sample.Role, [AnswerLabel])] = [
      (.adversarial, [.complied, .refused]), (.benign, [.complied, .incoherent]),
    ]
    return labels.flatMap { role, labels in
      AnalysisFixture.rows(name, role, labels, kind: kind, settings: settings)
    }
  }

  @Test func `defences that differ in one setting alone make a sweep, by its value`() throws {
    let report = AnalysisFixture.report(
      rows("s2", sigma: 2) + rows("s1") + rows("s0.5", sigma: 0.5)
        + rows("k3", samples: 3) + rows("other-noise", noise: "orthogonal", sigma: 3))
    try #require(report.sweeps.map(\.parameter) == ["sigma", "samples"])
    #expect(report.sweeps[0].points.map(\.defense) == ["s0.5", "s1", "s2"])
    #expect(report.sweeps[0].points.map(\.value) == [0.5, 1, 2])
    #expect(report.sweeps[0].series == "gaussian")
    #expect(report.sweeps[0].fixed == "prefix 20, samples 10, sigma unit relative")
    #expect(report.sweeps[1].points.map(\.defense) == ["k3", "s1"])
  }

  @Test func `each noise has its own curve, and all is the last prefix`() throws {
    let report = AnalysisFixture.report(
      ["gaussian", "orthogonal"].flatMap { noise in
        rows("\(noise)-all", noise: noise, prefix: .string("all"))
          + rows("\(noise)-0", noise: noise, prefix: .integer(0))
          + rows("\(noise)-50", noise: noise, prefix: .integer(50))
      })
    try #require(report.sweeps.map(\.parameter) == ["prefix", "prefix"])
    #expect(report.sweeps.map(\.series) == ["gaussian", "orthogonal"])
    #expect(report.sweeps[0].points.map(\.value) == [0, 50, nil])
  }

  @Test func `other defences, and the same settings twice, make none`() {
    let report = AnalysisFixture.report(
      rows("a", sigma: 1, kind: "smoothllm") + rows("b", sigma: 2, kind: "smoothllm")
        + rows("c") + rows("d"))
    #expect(report.sweeps.isEmpty)
  }

  @Test func `a single copy has no margin of a vote`() throws {
    var rows = rows("k1", samples: 1) + rows("k10")
    for index in rows.indices {
      let copies = rows[index].settings["samples"]?.int ?? 0
      rows[index].answer?.votes = [AnalysisFixture.vote(0, margin: copies, of: copies)]
    }
    let points = try #require(AnalysisFixture.report(rows).sweeps.first?.points)
    #expect(points.map(\.value) == [1, 10])
    #expect(points.map(\.margin?.value) == [nil, 1])
  }

  @Test func `points hold the rates of their defence`() throws {
    let report = AnalysisFixture.report(
      AnalysisFixture.rows("none", .adversarial, [.complied, .complied], processed: 5)
        + rows("s1") + rows("s2", sigma: 2))
    let point = try #require(report.sweeps.first?.points.first)
    #expect(point.attackSuccess?.share == 0.5 && point.usefulness?.share == 0.5)
    #expect(point.directSuccess == nil && point.margin == nil)
    #expect(point.incoherent?.count == 1 && point.incoherent?.n == 4)
    #expect(point.tokenRatio?.value == 2)
  }
}
