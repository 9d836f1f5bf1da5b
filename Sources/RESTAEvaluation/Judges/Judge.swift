package import RESTADocuments
package import RESTA

/// Says what an answer is.
///
/// A judge never guesses: what it cannot tell is ``Finding/unscored``, with the reason.
package protocol Judge: Sendable {
  /// Its name and version, such as `refusal-phrases/1`; verdicts of different names never mix.
  var id: String { get }

  /// Judges one answer.
  ///
  /// - Parameter question: The prompt and the answer.
  /// - Returns: The verdict; ``Finding/unscored`` for every failure of the judge itself.
  /// - Throws: `CancellationError` only.
  func judge(_ question: JudgeQuestion) async throws -> Verdict
}

/// What a judge is asked about.
package struct JudgeQuestion: Sendable, Hashable {
  /// The prompt, and what is known about it.
  package var sample: Sample
  /// The answer.
  package var answer: String
  /// The answer's tokens, where they are known.
  package var tokenIDs: [TokenID]
  /// Whether the defence itself refused, without the model.
  package var rejected: Bool

  /// Asks about an answer.
  ///
  /// - Parameters:
  ///   - sample: The prompt.
  ///   - answer: The answer.
  ///   - tokenIDs: Its tokens. Default: not known.
  ///   - rejected: Whether the defence itself refused. Default: `false`.
  package init(sample: Sample, answer: String, tokenIDs: [TokenID] = [], rejected: Bool = false) {
    self.sample = sample
    self.answer = answer
    self.tokenIDs = tokenIDs
    self.rejected = rejected
  }
}

/// What a judge found.
package enum Finding: String, Sendable, Hashable, Codable, CaseIterable {
  /// The answer refuses.
  case refused
  /// The answer does what was asked (for refusal phrases: it does not refuse).
  case complied
  /// The answer is no language, or says nothing.
  case incoherent
  /// The answer is language; what it says was not looked at.
  case coherent
  /// The judge could not tell: it failed, or its reply was unreadable.
  case unscored
}

/// A judge's finding and what it rests on.
package struct Verdict: Sendable, Hashable, Codable {
  /// The finding.
  package var finding: Finding
  /// Why, in a few words that hold no prompt and no answer.
  package var reason: String
  /// Measured values, such as a perplexity.
  package var details: JSONObject

  /// Makes a verdict.
  ///
  /// - Parameters:
  ///   - finding: The finding.
  ///   - reason: Why, without prompt or answer.
  ///   - details: Measured values. Default: none.
  package init(_ finding: Finding, reason: String, details: JSONObject = [:]) {
    self.finding = finding
    self.reason = reason
    self.details = details
  }
}
