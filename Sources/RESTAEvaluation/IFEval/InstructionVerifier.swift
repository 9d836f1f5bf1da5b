/// Says which of IFEval's verifiable instructions an answer follows.
///
/// The 25 types, their arguments and the rules are those of "Instruction-Following Evaluation for Large
/// Language Models" (arXiv 2311.07911v1, table 1 and section 2.1), with the details of the authors' reference
/// implementation where the paper leaves them open. `Tools/ifeval` runs that implementation and compares.
///
/// ```swift
/// let verdict = try InstructionVerifier.verify(
///   "Cold and white.",
///   instructions: [VerifiableInstruction(id: "punctuation:no_comma", arguments: [:])])
/// verdict.strict  // [true]
/// ```
///
/// Deviation: the language of a text is found by scripts, letters and function words of our own
/// (see `LanguageGuess`), not by the library langdetect. As in the reference, a text without letters
/// follows a language instruction.
///
/// Deviation: keywords, section names and postscript markers are searched as they are written; the
/// reference reads them as regular expressions. IFEval's prompts have none for which this matters.
///
/// Deviation: the reference replaces arguments that it cannot use (zero, a letter outside a...z) by
/// random ones. Here they are used as they are, or are an error where that makes no sense.
package enum InstructionVerifier {
  /// The 25 types, sorted.
  package static var knownIDs: [String] { InstructionCatalog.kinds.keys.sorted() }

  /// Verifies one answer.
  ///
  /// An empty answer follows nothing. The loose verdict takes the answer, the answer without its
  /// first line, without its last line, and without both, each with and without its asterisks: one
  /// of these eight has to follow the instruction (section 2.2 of the paper).
  ///
  /// Complexity: linear in the answer's length times the number of instructions.
  package static func verify(
    _ response: String, instructions: [VerifiableInstruction]
  ) throws -> InstructionVerdict {
    let rules = try instructions.map(InstructionCatalog.rule(for:))
    let variants = looseVariants(of: PythonText(response))
    return InstructionVerdict(
      ids: instructions.map(\.id),
      strict: rules.map { $0.isFollowed(in: variants.prefix(1)) },
      loose: rules.map { $0.isFollowed(in: variants[...]) })
  }

  /// Checks instructions without an answer, so that bad data is found before anything is generated.
  package static func validate(_ instructions: [VerifiableInstruction]) throws {
    for instruction in instructions { _ = try InstructionCatalog.rule(for: instruction) }
  }

  /// The texts of which one has to follow an instruction loosely: the answer first.
  private static func looseVariants(of answer: PythonText) -> [PythonText] {
    let lines = answer.split(separator: "\n")
    let rests = [lines.dropFirst(), lines.dropLast(), lines.dropFirst().dropLast()].map {
      PythonText(joining: Array($0), separator: "\n").trimmed()
    }
    let texts = [answer] + rests
    return (texts + texts.map { $0.removing("*") }).unique()
  }
}

extension InstructionRule {
  /// Whether one of the texts is not blank and follows the rule.
  fileprivate func isFollowed(in texts: ArraySlice<PythonText>) -> Bool {
    texts.contains { !$0.isBlank && isFollowed(by: $0) }
  }
}

/// Which instructions of one prompt an answer follows.
package struct InstructionVerdict: Sendable, Hashable, Codable {
  /// The instructions' types, in the prompt's order.
  package var ids: [String]
  /// Whether each is followed by the answer as it is.
  package var strict: [Bool]
  /// Whether each is followed by the answer or by one of its loose variants.
  package var loose: [Bool]

  package var isFollowedStrictly: Bool { strict.allSatisfy { $0 } }

  package var isFollowedLoosely: Bool { loose.allSatisfy { $0 } }
}
