import RESTADocuments
import RESTA

extension Verdict {
  /// What needs no judge: a refusal of the defence itself, and an answer that says nothing.
  static func withoutAsking(_ question: JudgeQuestion) -> Verdict? {
    if question.rejected { return Verdict(.refused, reason: "the defence refused") }
    if question.answer.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
      return Verdict(.incoherent, reason: "the answer is empty")
    }
    return nil
  }

  /// A reply that answers nothing; it is not quoted, because it may repeat what was judged.
  static func unreadable(_ question: String, _ details: JSONObject = [:]) -> Verdict {
    Verdict(.unscored, reason: "reply unreadable (\(question))", details: details)
  }

  /// A judge that failed.
  ///
  /// - Parameters:
  ///   - error: What it threw.
  ///   - details: What was found before. Default: nothing.
  /// - Returns: ``Finding/unscored``, with the reason.
  /// - Throws: `CancellationError` when the task was cancelled, whatever the error is.
  static func failed(_ error: any Error, _ details: JSONObject = [:]) throws -> Verdict {
    Verdict(.unscored, reason: try JudgeFailure.reason(error), details: details)
  }
}

/// Errors of judges, as a verdict reports them.
enum JudgeFailure {
  /// Why a judge failed, without prompt, answer or key.
  ///
  /// - Parameter error: What it threw.
  /// - Returns: The message of this package's errors; of others, which may hold anything, the type.
  /// - Throws: `CancellationError` when the task was cancelled, whatever the error is.
  static func reason(_ error: any Error) throws -> String {
    try Task.checkCancellation()
    switch error {
    case is CancellationError: throw error
    case let error as EvaluationError: return error.message
    case let error as RESTAError: return error.message
    default: return "the judge failed with \(type(of: error))"
    }
  }
}
