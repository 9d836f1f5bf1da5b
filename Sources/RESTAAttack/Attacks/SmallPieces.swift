import RESTA
package import RESTAEvaluation

extension AttackContext {
  /// Text whose tokens mostly have small embeddings: frequent words and marks.
  package static let commonSmallPieces = [
    " the", " of", " and", ",", " to", " in", ".", " a", " that", " is", " it", " for", " on", " as",
  ]

  /// What attacks know of a model in process.
  package static func of(
    _ subject: Subject, seed: UInt64, for attacks: [NamedAttack]
  ) async throws -> AttackContext {
    AttackContext(
      seed: seed, tokenizer: subject.model.tokenizer, smallPieces: commonSmallPieces)
  }
}
