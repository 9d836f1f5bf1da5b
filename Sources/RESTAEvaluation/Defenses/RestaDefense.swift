public import RESTADocuments
public import RESTA

/// RESTA (arXiv 2501.16497): a vote of the model over copies of the prompt with noise on the user's
/// embeddings.
public struct RestaDefense: Defense {
  /// Noise, k, l and the rest.
  ///
  /// A seed in it is not used: each answer is given its own.
  public let defense: DefenseSettings
  /// The implementation; all give the same answer.
  public let decoder: DecoderKind

  /// `resta`.
  public var kind: String { "resta" }

  /// The noise is drawn from the seed.
  public var usesSeed: Bool { true }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - defense: Noise, k, l and the rest.
  ///   - decoder: Default: the fast decoder.
  public init(_ defense: DefenseSettings, decoder: DecoderKind = .fast) {
    self.defense = defense
    self.decoder = decoder
  }

  /// `noise`, `sigma`, `sigma_unit`, `power_matched`, `samples` (k), `prefix` (l, or `all`), `window`
  /// (`start`, or the text that it follows as `after`), `aggregator`, `tie_rule`, `perturbed` (`roles`
  /// and `last_turn_only`) and `decoder`.
  public var settings: JSONObject {
    [
      "noise": .string(defense.noise.kind.rawValue),
      "sigma": .number(defense.noise.sigma.value),
      "sigma_unit": .string(defense.noise.sigma.unit.rawValue),
      "power_matched": .bool(defense.noise.powerMatched),
      "samples": .integer(Int128(defense.samples)),
      "prefix": prefix,
      "window": window,
      "aggregator": .string(defense.aggregator.rawValue),
      "tie_rule": .string(defense.tieRule.rawValue),
      "perturbed": .object([
        "roles": .array(defense.perturbed.roles.map(\.rawValue).sorted().map { .string($0) }),
        "last_turn_only": .bool(defense.perturbed.lastUserTurnOnly),
      ]),
      "decoder": .string(decoder.rawValue),
    ]
  }

  private var prefix: JSONValue {
    switch defense.prefix {
    case .tokens(let count): .integer(Int128(count))
    case .all: .string("all")
    }
  }

  private var window: JSONValue {
    switch defense.window {
    case .start: .string("start")
    case .after(let text): .object(["after": .string(text)])
    }
  }

  /// Checks every value.
  ///
  /// - Throws: ``EvaluationError`` with `invalidConfiguration`, naming the value and its range.
  public func validate() throws(EvaluationError) {
    do {
      try defense.validate()
    } catch {
      throw EvaluationError(.invalidConfiguration, error.message, cause: error)
    }
  }

  /// Answers one prompt.
  ///
  /// The notes hold `sigma_absolute`, `perturbed_tokens` and, where any token was perturbed,
  /// `sigma_relative`: for one prompt, because a relative sigma depends on it.
  ///
  /// - Parameters:
  ///   - prompt: The user's message.
  ///   - subject: The model under test.
  ///   - seed: The noise's seed as it is; of sampling behind the prefix too, if there is any.
  /// - Returns: The answer, its votes and its cost.
  /// - Throws: ``EvaluationError`` for a value out of range, ``RESTA/RESTAError``, the engine's error,
  ///   or `CancellationError`.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    try validate()
    let result = try await subject.respond(
      to: prompt, defense: defense, decoder: decoder, seed: seed)
    var notes: JSONObject = [
      "sigma_absolute": .number(result.settings.sigmaAbsolute),
      "perturbed_tokens": .integer(Int128(result.settings.perturbedTokens)),
    ]
    if let relative = result.settings.sigmaRelative { notes["sigma_relative"] = .number(relative) }
    return DefendedAnswer(result, notes: notes)
  }
}
