import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Known datasets") struct KnownDatasetTests {
  @Test func `names are unique, and every entry says where, what, and under which licence`() {
    #expect(Set(KnownDataset.all.map(\.name)).count == 8)
    #expect(Set(KnownDataset.all.map(\.sha256)).count == 8)
    for dataset in KnownDataset.all {
      #expect(dataset.sha256.count == 64 && dataset.sha256.allSatisfy(\.isHexDigit))
      #expect(
        dataset.addresses.allSatisfy { $0.hasPrefix("https://") } && !dataset.addresses.isEmpty)
      #expect(!dataset.licence.isEmpty)
      #expect(dataset.counts.prompts + dataset.counts.nulls == dataset.counts.rows)
      #expect(KnownDataset.named(dataset.name) == dataset)
    }
    #expect(KnownDataset.named("XSTest") == nil)
  }

  @Test(arguments: [
    "xstest/xstest_prompts.csv", "xstest_prompts.csv",
  ])
  func `a file is found under our layout and under its authors' name`(candidate: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "resta-known-\(ProcessInfo.processInfo.processIdentifier)-\(candidate.count)")
    let url = folder.appending(path: candidate)
    defer { try? FileManager.default.removeItem(at: folder) }
    let known = try #require(KnownDataset.named("xstest"))
    #expect(known.locate(in: folder.path) == nil)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    #expect(known.locate(in: folder.path) == nil, "a folder is no file")
    try FileManager.default.removeItem(at: url)
    try Data(DatasetFixtures.xstest.utf8).write(to: url)
    #expect(known.locate(in: folder.path) == folder.path + "/" + candidate)
    #expect(known.locate(in: folder.path + "/") == folder.path + "/" + candidate)
  }

  /// A known dataset whose file is one of the fixtures.
  private static func fixture(sha256: String, rows: Int, benign: Int) -> KnownDataset {
    KnownDataset(
      name: "x", summary: "", format: .xstest, addresses: [], sha256: sha256, licence: "",
      counts: DatasetCounts(rows: rows, benign: benign), note: nil, candidates: [])
  }

  @Test func `a copy is the same, another edition, unreadable or missing`() throws {
    let file = try PromptFile(DatasetFixtures.xstest, name: "known.csv")
    defer { file.remove() }
    let digest = Digest.sha256(of: DatasetFixtures.xstest)
    let found = DatasetCounts(rows: 2, benign: 1)

    guard case .same(found) = Self.fixture(sha256: digest, rows: 2, benign: 1).check(file.path)
    else {
      Issue.record("not the same")
      return
    }
    let other = String(repeating: "0", count: 64)
    guard
      case .different(digest, found, asExpected: true) =
        Self.fixture(sha256: other, rows: 2, benign: 1).check(file.path),
      case .different(digest, found, asExpected: false) =
        Self.fixture(sha256: other, rows: 450, benign: 250).check(file.path)
    else {
      Issue.record("not different")
      return
    }
    guard case .missing = Self.fixture(sha256: digest, rows: 2, benign: 1).check("no/such") else {
      Issue.record("not missing")
      return
    }
    let broken = try PromptFile("id,prompt\n", name: "broken.csv")
    defer { broken.remove() }
    guard
      case .unreadable(let error) = Self.fixture(sha256: digest, rows: 2, benign: 1)
        .check(broken.path)
    else {
      Issue.record("not unreadable")
      return
    }
    #expect(error.message == "\(broken.path):1: the header has no column 'type'")
  }
}
