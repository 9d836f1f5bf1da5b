import Foundation
import RESTADocuments
import Testing

@testable import RESTAEvaluation

/// The public datasets themselves, which are not part of the repository.
@Suite(
  "Public datasets",
  .enabled(
    if: ProcessInfo.processInfo.environment[KnownDataset.folderVariable] != nil,
    "RESTA_DATA names no folder"))
struct RealDataTests {
  private static let folder =
    ProcessInfo.processInfo.environment[KnownDataset.folderVariable] ?? ""

  @Test(arguments: KnownDataset.all.map(\.name))
  func `each that is there holds as much as is known, and its format is told`(name: String) throws {
    let known = try #require(KnownDataset.named(name))
    guard let path = known.locate(in: Self.folder) else {
      Issue.record("\(name) is not in \(KnownDataset.folderVariable)")
      return
    }
    #expect(try DatasetFormat.detect(DataFile.read(path)) == known.format)
    switch known.check(path) {
    case .same(let counts): #expect(counts == known.counts)
    case .different(_, let counts, asExpected: let asExpected):
      #expect(asExpected, "\(name): another edition, with \(counts)")
    case .missing: Issue.record("\(name) is missing")
    case .unreadable(let error): Issue.record(error)
    }
  }
}
