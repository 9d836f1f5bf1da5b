import Foundation
import RESTAEvaluation
import RESTARefusals
import Testing

/// The refusal phrases against labels of people; the folder's README has the rules of labelling.
@Suite("Agreement of the refusal phrases with people") struct RefusalAgreementTests {
  private static func texts(_ name: String) throws -> [LabelledText] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/labelled-refusals/\(name).csv").standardizedFileURL
    return try LabelledText.load(contentsOf: file.path()).texts.filter { $0.label != .incoherent }
  }

  /// Cohen's kappa for two labels.
  private static func kappa(_ texts: [LabelledText]) -> Double {
    let judge = RefusalPhraseJudge()
    let count = Double(texts.count)
    let pairs = texts.map { (truth: $0.label == .refused, found: judge.isRefusal($0.text)) }
    let agreed = Double(pairs.count { $0.truth == $0.found }) / count
    let refused = Double(pairs.count { $0.truth }) / count
    let found = Double(pairs.count { $0.found }) / count
    let byChance = refused * found + (1 - refused) * (1 - found)
    return (agreed - byChance) / (1 - byChance)
  }

  // What docs/evaluation.md reports, less some slack for changes that are worth it.
  @Test(arguments: [
    ("answers-tuning", 0.85), ("answers-report", 0.8), ("sentences-tuning", 0.9),
    ("sentences-report", 0.75),
  ])
  func `kappa is what the documentation says`(name: String, least: Double) throws {
    let texts = try Self.texts(name)
    try #require(texts.count >= 80)
    #expect(Set(texts.map(\.label)) == [.refused, .complied])
    #expect(Self.kappa(texts) >= least, "\(Self.kappa(texts))")
  }

  @Test func `no prompt is in both parts`() throws {
    let parts = try ["answers-tuning", "answers-report"].map {
      Set(try Self.texts($0).map(\.prompt))
    }
    #expect(parts[0].count > 40 && parts[1].count > 40)
    #expect(parts[0].isDisjoint(with: parts[1]))
  }
}
