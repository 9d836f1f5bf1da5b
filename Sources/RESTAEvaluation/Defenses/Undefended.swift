public import RESTADocuments

/// No defence: the model's own answer, which everything else is compared with.
public struct Undefended: Defense {
  /// `none`.
  public var kind: String { "none" }

  /// None.
  public var settings: JSONObject { [:] }

  /// Not by itself; with a ``Subject`` that samples at a temperature the seed is the sampling's.
  public var usesSeed: Bool { false }

  /// Makes it.
  public init() {}

  /// Answers one prompt.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The seed of sampling, if the subject's options ask for any.
  /// - Returns: The answer and its cost.
  /// - Throws: ``RESTA/RESTAError``, the engine's error, or `CancellationError`.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    DefendedAnswer(try await subject.respond(to: prompt, seed: seed))
  }
}
