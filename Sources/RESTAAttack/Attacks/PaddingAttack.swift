package import RESTA
package import RESTAEvaluation

/// Text whose tokens have small embeddings around the request: what would make a noise small that was
/// measured on the prompt.
package struct PaddingAttack: TextAttack {
  package enum Place: String, Sendable, Hashable, CaseIterable {
    case front
    case behind
    case around
  }

  package var counts = [8, 32, 96]
  package var place = Place.around

  package static let kind = "padding"
  package static let sentence =
    "Text of small embeddings around the request: against noise that is measured on the prompt."
  package static let defaults = PaddingAttack()
  package static let table: [Setting<PaddingAttack>] = [
    Setting(
      "counts", \.counts, .list(of: .integer(1...4_000), atLeast: 1),
      "How many pieces of text, in turn.", default: "8, 32, 96", isAlwaysStored: true),
    Setting(
      "place", \.place, .choice(), "Where they stand.", default: "around", isAlwaysStored: true),
  ]

  package func request(
    _ number: Int, for goal: AttackGoal, in context: AttackContext
  ) -> AttackRequest? {
    guard !counts.isEmpty, !context.smallPieces.isEmpty else { return nil }
    let count = counts[number % counts.count]
    var random = context.random(number, for: goal)
    let pieces = (0..<count).map { _ in
      context.smallPieces[random.integer(below: context.smallPieces.count)]
    }
    let front =
      switch place {
      case .front: count
      case .behind: 0
      case .around: count / 2
      }
    return AttackRequest(
      pieces[..<front].joined() + (front > 0 ? "\n" : "") + goal.text
        + (front < count ? "\n" : "") + pieces[front...].joined(),
      variant: "\(count) pieces")
  }
}

extension AttackContext {
  /// Text whose tokens mostly have small embeddings: frequent words and marks.
  static let commonSmallPieces = [
    " the", " of", " and", ",", " to", " in", ".", " a", " that", " is", " it", " for", " on",
    " as",
  ]

  /// What attacks know of a model in process, or of an endpoint; files that attacks name are read.
  package static func of(
    _ subject: Subject?, seed: UInt64, for attacks: [NamedAttack]
  ) async throws -> AttackContext {
    var context = AttackContext(seed: seed, tokenizer: subject?.model.tokenizer)
    for case let transfer as TransferAttack in attacks.map(\.attack) {
      context.transferred[transfer.file] = try TransferAttack.Prompts(contentsOf: transfer.file)
    }
    if let subject, attacks.contains(where: { ($0.attack as? SearchAttack)?.target == .some(nil) })
    {
      context.openings = try await openings(of: subject)
    }
    guard attacks.contains(where: { $0.attack is PaddingAttack }) else { return context }
    context.smallPieces =
      if let subject { try await smallPieces(of: subject.model) } else { commonSmallPieces }
    return context
  }

  /// The pieces of plain text with the smallest embeddings, so many of them.
  static func smallPieces(
    of model: any LanguageModel, count: Int = 64
  ) async throws -> [String] {
    let tokenizer = model.tokenizer
    let tokens = (0..<TokenID(tokenizer.vocabularySize)).filter { token in
      let bytes = tokenizer.bytes(of: token)
      // Words with their space, which are the same tokens wherever they stand.
      return tokenizer.kind(of: token) == .normal && bytes.count > 1
        && bytes.first == UInt8(ascii: " ")
        && bytes.dropFirst().allSatisfy { (0x61...0x7A).contains($0) }
    }
    var norms: [(token: TokenID, norm: Float)] = []
    for start in stride(from: 0, to: tokens.count, by: 2_048) {
      let part = Array(tokens[start..<min(start + 2_048, tokens.count)])
      let matrix = try await model.embeddings(of: part)
      for (row, token) in part.enumerated() {
        norms.append((token, matrix[row: row].reduce(0) { $0 + $1 * $1 }))
      }
    }
    let smallest = norms.sorted { ($0.norm, $0.token) < ($1.norm, $1.token) }.prefix(count)
    // A vocabulary without words, such as bytes alone.
    guard !smallest.isEmpty else { return commonSmallPieces }
    return smallest.map { tokenizer.text(of: $0.token) }
  }
}
