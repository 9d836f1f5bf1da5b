import Foundation
import RESTADocuments
import RESTATesting
import Testing

@testable import RESTAEvaluation
@testable import RESTAReport

@Suite("Redaction") struct AnalysisRedactionTests {
  private let rows = Sample.Role.allCases.flatMap { role in
    AnalysisFixture.rows("none", role, [.complied])
      + AnalysisFixture.rows("other", role, [.refused])
  }

  /// All of a report's text.
  private func text(showsText: Bool) throws -> String {
    var options = AnalysisOptions()
    options.showsText = showsText
    let data = try JSONEncoder().encode(AnalysisFixture.report(rows, options))
    return try #require(String(bytes: data, encoding: .utf8))
  }

  @Test func `no report holds harmful prompts or answers to them unless asked for`() throws {
    for row in rows {
      let answer = try #require(row.answer?.text)
      let isHarmful = row.sample.role != .benign
      #expect(try text(showsText: false).contains(row.sample.prompt) != isHarmful)
      #expect(try text(showsText: false).contains(answer) != isHarmful)
      #expect(try text(showsText: true).contains(row.sample.prompt))
      #expect(try text(showsText: true).contains(answer))
    }
  }

  @Test func `lengths and hashes stand for redacted text`() throws {
    let row = try #require(rows.first)
    let example = try #require(AnalysisFixture.report(rows).examples.first)
    let answer = try #require(row.answer?.text)
    #expect(example.prompt == nil && example.answer == nil)
    #expect(
      example.redaction
        == "prompt: \(row.sample.prompt.count) characters, SHA-256 "
        + "\(Digest.sha256(of: row.sample.prompt).prefix(16)); answer: \(answer.count) "
        + "characters, SHA-256 \(Digest.sha256(of: answer).prefix(16))")
  }

  @Test func `examples are a few prompts, each under every defence and its lowest seed`() {
    var options = AnalysisOptions()
    options.exampleLimit = 2
    let labels = AnalysisFixture.labels(complied: 6, refused: 0)
    let rows =
      AnalysisFixture.rows("none", .benign, labels, seed: 3)
      + AnalysisFixture.rows("none", .benign, labels, seed: 2)
      + AnalysisFixture.rows("other", .benign, labels)
    let examples = AnalysisFixture.report(rows, options).examples
    #expect(examples.map(\.sample) == ["benign-0", "benign-0", "benign-3", "benign-3"])
    #expect(examples.map(\.defense) == ["none", "other", "none", "other"])
    #expect(examples.map(\.seed) == [2, 0, 2, 0])
  }
}
