import Foundation
import RESTADocuments

@testable import RESTAEvaluation

/// Answers to prompts with verifiable instructions, and what the reference says of them.
struct InstructionPair: Decodable {
  let prompt, response: String
  let instructions: [VerifiableInstruction]
  let strict, loose: [Bool]

  var expected: InstructionVerdict {
    InstructionVerdict(ids: instructions.map(\.id), strict: strict, loose: loose)
  }

  func verdict() throws -> InstructionVerdict {
    try InstructionVerifier.verify(response, instructions: instructions)
  }
}

/// How often our verdicts are the reference's.
struct InstructionAgreement {
  struct Count {
    var equal = 0
    var n = 0

    var share: Double { n == 0 ? 1 : Double(equal) / Double(n) }
  }

  /// A verdict that is not the reference's.
  struct Difference {
    let pair: Int
    let id: String
    let arguments: JSONObject
    let strict, loose: (ours: Bool, reference: Bool)
  }

  /// By type; strict and loose verdicts both have to be equal.
  private(set) var byType: [String: Count] = [:]
  /// Pairs of which all verdicts are equal.
  private(set) var pairs = Count()
  private(set) var differences: [Difference] = []

  init(_ pairs: [InstructionPair]) throws {
    for (index, pair) in pairs.enumerated() {
      let ours = try pair.verdict()
      self.pairs.n += 1
      self.pairs.equal += ours == pair.expected ? 1 : 0
      for (position, instruction) in pair.instructions.enumerated() {
        let strict = (ours: ours.strict[position], reference: pair.strict[position])
        let loose = (ours: ours.loose[position], reference: pair.loose[position])
        byType[instruction.id, default: Count()].n += 1
        if strict.ours == strict.reference && loose.ours == loose.reference {
          byType[instruction.id]?.equal += 1
        } else {
          differences.append(
            Difference(
              pair: index, id: instruction.id, arguments: instruction.arguments, strict: strict,
              loose: loose))
        }
      }
    }
  }

  /// One line for each type and one for all pairs.
  var table: String {
    let rows = byType.sorted { $0.key < $1.key } + [("pairs", pairs)]
    return rows.map { "\($0.0): \($0.1.equal) of \($0.1.n)" }.joined(separator: "\n")
  }
}
