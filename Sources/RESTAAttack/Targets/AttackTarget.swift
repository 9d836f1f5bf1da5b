package import RESTA
package import RESTADocuments
package import RESTAEvaluation

/// What is attacked: a model behind a defence, or an endpoint.
package protocol AttackTarget: Sendable {
  /// Whether the noise's seed changes an answer.
  var usesSeed: Bool { get }

  /// The tokens that a request costs at most: its prompt's, and the longest answer's.
  func worstCase(of request: AttackRequest) throws -> Int

  /// Answers, or throws ``UnanswerableRequest`` for what this request alone could not have, and errors that every
  /// other would meet too.
  func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer
}

package struct TargetAnswer: Sendable, Hashable {
  package var text: String
  /// Its tokens; empty where they are not known.
  package var tokenIDs: [TokenID] = []
  /// The tokens that were sent, as the attacker counts them: without what a defence adds.
  package var promptTokens: Int
  /// The tokens that came back.
  package var answerTokens: Int
  /// Positions that the model computed; 0 where that is not known.
  package var positions = 0
  package var seconds: Double
  /// Whether the defence refused by itself.
  package var rejected = false

  /// What the attacker pays for.
  package var tokens: Int { promptTokens + answerTokens }
}

/// A request that has no answer, and would have none if it were asked again.
package struct UnanswerableRequest: Error {
  /// Why, without the request.
  package var reason: String
  /// What it cost all the same.
  package var promptTokens: Int
}

/// A model in process behind a defence of `resta eval`.
package struct ModelTarget: AttackTarget {
  package let subject: Subject
  package let defense: any Defense

  package var usesSeed: Bool {
    defense.usesSeed || subject.options.sampling.temperature > 0
  }

  /// The model under test as a request meets it: the operator's system prompt, the attacker's turns.
  package func subject(for request: AttackRequest) -> Subject {
    var subject = subject
    let (system, turns) = request.parts(behind: subject.system)
    subject.system = system
    subject.earlier = Array(turns.dropLast())
    subject.opening = request.opening
    subject.options.maximumTokens += request.extraTokens
    return subject
  }

  package func worstCase(of request: AttackRequest) throws -> Int {
    let subject = subject(for: request)
    return try promptTokens(of: request, subject) + subject.options.maximumTokens
  }

  /// A request that the template refuses has no tokens.
  private func promptTokens(of request: AttackRequest, _ subject: Subject) throws -> Int {
    do {
      return try subject.tokenize(request.prompt).tokens.count
    } catch let error as RESTAError where error.concernsOnePrompt {
      return 0
    }
  }

  package func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer {
    let subject = subject(for: request)
    let sent = try promptTokens(of: request, subject)
    do {
      let answer = try await defense.answer(request.prompt, from: subject, seed: seed)
      return TargetAnswer(
        text: answer.text, tokenIDs: answer.tokenIDs, promptTokens: sent,
        answerTokens: answer.tokenIDs.count, positions: answer.tokensProcessed,
        seconds: answer.seconds, rejected: answer.stopReason == DefendedAnswer.rejected)
    } catch let error as RESTAError where error.concernsOnePrompt {
      try Task.checkCancellation()
      throw UnanswerableRequest(reason: error.message, promptTokens: sent)
    }
  }
}

/// A way of defending that is attacked, under its name.
package struct AttackArm: Sendable {
  package var name: String
  /// The defence's type, or `endpoint`.
  package var kind: String
  /// What determines its answers.
  package var settings: JSONObject
  package var target: any AttackTarget

  package init(name: String, kind: String, settings: JSONObject, target: any AttackTarget) {
    self.name = name
    self.kind = kind
    self.settings = settings
    self.target = target
  }

  package init(name: String, defense: any Defense, of subject: Subject) {
    self.init(
      name: name, kind: defense.kind, settings: defense.settings,
      target: ModelTarget(subject: subject, defense: defense))
  }
}
