import Foundation
import Testing

@testable import RESTAEvaluation

/// What a file of `Examples/evaluations` must have, without a model; the command's tests plan each.
@Suite("The example evaluations") struct ExampleConfigurationTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Examples/evaluations").standardizedFileURL

  /// The names that the documents give.
  static let names = [
    "baselines", "built-in", "llama-2-7b-chat", "noise", "placebo", "prefix", "samples",
    "study-calibrated-1.5b", "study-checkpoints", "study-confirm-1.5b", "study-confirm",
    "study-copies", "study-defenses", "study-noise", "study-perturbation-grid",
    "study-perturbation", "study-plain", "study-prefix", "study-quantisation-1.5b",
    "study-quantisation", "study-suffixes", "study-utility", "ties", "vicuna-13b", "vote",
  ]

  @Test func `all are there, and no other`() throws {
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(found == Self.names.map { $0 + ".yaml" })
  }

  @Test(arguments: names)
  func `each names itself, a placebo and an endpoint against it, or of correct answers`(
    name: String
  ) throws {
    let path = Self.folder.appending(path: name + ".yaml").path
    let configuration = try EvaluationConfiguration(contentsOf: path)
    #expect(configuration.name == name)
    let endpoint = try #require(configuration.endpoint)
    let against = configuration.defenses.first { $0.name == endpoint.against }
    #expect(configuration.defenses.contains { $0.defense is Placebo })
    // What a defence costs in usefulness is its difference to none.
    #expect(endpoint.label == .correct ? against?.name == "none" : against?.defense is Placebo)
    #expect(configuration.defenses.contains { $0.name == endpoint.defense })
    let head = configuration.text.split(separator: "\n").prefix { $0.hasPrefix("#") }.joined()
    for word in ["Question", "Cost", "Endpoint"] where name != "built-in" {
      #expect(head.contains("# \(word)"), "\(word)")
    }
    // Public data is the only thing that may be missing here.
    do {
      #expect(try configuration.read(data: nil, limit: nil).allSatisfy { !$0.samples.isEmpty })
    } catch {
      #expect(error.code == .fileFailed && error.message.contains(KnownDataset.folderVariable))
      #expect(configuration.text.contains("{known: "), "\(error.message)")
    }
  }
}
