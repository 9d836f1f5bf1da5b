package import RESTADocuments
import RESTA

/// Answers that were made elsewhere: for judging only.
package struct ImportedDefense: Defense {
  /// `imported`.
  package var kind: String { "imported" }
  /// The file's hash, and the name under which it has the answers.
  package let settings: JSONObject
  /// No.
  package var usesSeed: Bool { false }

  private let answers: [[UInt8]: String?]

  /// Takes over answers.
  ///
  /// - Parameters:
  ///   - answers: The answers; the first one to a prompt counts.
  ///   - source: What tells this set of answers from others: the file's hash and the defence's name.
  package init(_ answers: [ImportedAnswer], source: String) {
    settings = ["source": .string(source)]
    // By bytes: canonically equivalent prompts are different prompts.
    self.answers = Dictionary(
      answers.map { (Array($0.sample.prompt.utf8), $0.answer) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Gives the answer that was imported.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: Not asked.
  ///   - seed: Without effect.
  /// - Returns: The answer; what it cost is not known, and 0.
  /// - Throws: ``RESTA/RESTAError`` with `invalidMessages` when the file has none, or null.
  package func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    guard case .some(.some(let text)) = answers[Array(prompt.utf8)] else {
      throw RESTAError(.invalidMessages, "the imported file has no answer")
    }
    return DefendedAnswer(text: text, stopReason: "imported")
  }
}
