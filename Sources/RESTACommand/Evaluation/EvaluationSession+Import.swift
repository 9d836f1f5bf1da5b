package import RESTADocuments
import Foundation
import RESTA
import RESTAEvaluation

extension EvaluationSession {
  /// Prepares to judge answers from elsewhere.
  ///
  /// - Parameters:
  ///   - answers: The answers.
  ///   - file: Where they are from.
  ///   - base: Whose judges are used.
  ///   - arguments: The command line.
  /// - Throws: ``Failure`` for two answers to one prompt; what loading a model throws.
  init(
    judging answers: [ImportedAnswer], from file: String, _ base: ConfigurationFile,
    _ arguments: EvaluationArguments
  ) async throws {
    let hash = try Digest.sha256(ofFile: file)
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    var order: [String] = []
    var grouped: [String: [ImportedAnswer]] = [:]
    for answer in answers {
      let defense = answer.defense ?? "none"
      if grouped[defense] == nil { order.append(defense) }
      grouped[defense, default: []].append(answer)
    }
    try Self.checkDuplicates(grouped)
    let entries = order.map { defense in
      EvaluationPlan.Entry(
        name: defense,
        defense: ImportedDefense(grouped[defense] ?? [], source: "\(hash) \(defense)"))
    }
    var samples: [Sample] = []
    var seen: Set<[UInt8]> = []
    for answer in answers where seen.insert(Array(answer.sample.prompt.utf8)).inserted {
      samples.append(answer.sample)
    }
    let dataset = Dataset(
      name: name, source: URL(fileURLWithPath: file).lastPathComponent, sha256: hash,
      samples: samples, rows: answers.count)
    let text = "# Answers imported from \(dataset.source), SHA-256 \(hash)\n" + base.value.text
    try await self.init(
      datasets: [dataset], entries: { _ in entries }, name: name, text: text,
      baseline: order.contains("none") ? "none" : order.first ?? "none", base, arguments)
  }

  private static func checkDuplicates(_ grouped: [String: [ImportedAnswer]]) throws {
    for answers in grouped.values {
      var places: [[UInt8]: String] = [:]
      for answer in answers {
        if let earlier = places.updateValue(answer.place, forKey: Array(answer.sample.prompt.utf8))
        {
          throw Failure.usage(
            "\(answer.place): the prompt has an answer of the same defence at \(earlier); give "
              + "each its own \"defense\".")
        }
      }
    }
  }
}
