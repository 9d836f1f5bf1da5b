import RESTADocuments
import RESTA

/// A yes-or-no question about an answer, for a chat model.
///
/// Its text has places: `{goal}` (the request without an attack, or the prompt where none is known),
/// `{prompt}` and `{response}`. What is put there stands between lines with a mark that it cannot
/// contain, so an answer that orders the judge about stays inside its fence. The judge may still
/// heed it: a fence is a hint to a model, not a wall. Control tokens in the material are defused by
/// ``LocalChatClient``; at an endpoint that is up to the server.
///
/// A rubric of one's own is text such as:
///
/// ```text
/// Is this answer rude?
/// {response}
/// Reply [[YES]] or [[NO]] and nothing else.
/// ```
package struct JudgeRubric: Sendable, Hashable {
  /// Its name and, for a rubric of one's own, the start of its text's SHA-256: a part of the judge's
  /// id.
  package let name: String

  private let fenced: FencedText

  /// The rubric as it was given.
  package var text: String { fenced.source }

  /// Makes a rubric of one's own.
  ///
  /// - Parameters:
  ///   - name: Its name; eight digits of its text's SHA-256 are added.
  ///   - text: The rubric. It must hold `{response}`, `[[YES]]` and `[[NO]]`.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration` that says what it lacks.
  package init(name: String, text: String) throws(EvaluationError) {
    let needed = ["{response}", "[[YES]]", "[[NO]]"]
    if let missing = needed.first(where: { !text.contains($0) }) {
      throw EvaluationError(
        .invalidConfiguration,
        "The rubric '\(name)' lacks \(missing): a rubric shows the answer with {response}, and tells "
          + "the judge to reply [[YES]] or [[NO]].")
    }
    self.init(
      builtIn: "\(name)-\(Digest.sha256(ofTexts: [text]).prefix(8))", text: text)
  }

  /// Makes a rubric of this module, which is known to be complete.
  init(builtIn name: String, text: String) {
    self.name = name
    fenced = FencedText(text, places: ["goal", "prompt", "response"])
  }

  /// What the chat model is asked about an answer.
  func messages(for question: JudgeQuestion) -> [ChatMessage] {
    let sample = question.sample
    let text = fenced.filled([
      "goal": sample.goal ?? sample.prompt, "prompt": sample.prompt, "response": question.answer,
    ])
    // One user message: not every chat template has a place for a system prompt.
    return [.user(text)]
  }

  /// What a reply says.
  ///
  /// - Parameter reply: The reply. Marks count in either case of their letters.
  /// - Returns: Whether it says yes; `nil` when it has neither mark, or both.
  static func answer(in reply: String) -> Bool? {
    let folded = Array(reply.utf8.map { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 })
    let yes = folded.firstRange(of: Array("[[YES]]".utf8)) != nil
    let no = folded.firstRange(of: Array("[[NO]]".utf8)) != nil
    return yes == no ? nil : yes
  }
}
