import Foundation
import RESTAEvaluation
import Testing

/// Answers of a real model to IFEval's prompts; neither are in the repository.
///
/// `Tools/ifeval/README.md` says how to make the file that RESTA_IFEVAL_PAIRS names.
@Suite("IFEval on a model's answers") struct RealPairsTests {
  private static let file = ProcessInfo.processInfo.environment["RESTA_IFEVAL_PAIRS"]

  @Test(.enabled(if: file != nil, "RESTA_IFEVAL_PAIRS names no file"))
  func `at least 99 percent of the verdicts are the reference's`() throws {
    let data = try Data(contentsOf: URL(filePath: try #require(Self.file)))
    let pairs = try data.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(InstructionPair.self, from: $0)
    }
    let agreement = try InstructionAgreement(pairs)
    print(agreement.table)
    for difference in agreement.differences {
      print(
        "pair \(difference.pair), \(difference.id) \(difference.arguments): strict "
          + "\(difference.strict), loose \(difference.loose)")
    }
    #expect(agreement.pairs.share >= 0.99)
  }
}
