public import RESTA
public import RESTADocuments
import RESTARefusals

/// RESTA (arXiv 2501.16497): a vote of the model over copies of the prompt with noise on the user's embeddings.
public struct RestaDefense: ConfiguredDefense {
  /// Noise, k, l and the rest.
  ///
  /// A seed in it is not used: each answer is given its own.
  public var defense: DefenseSettings
  /// The implementation; all give the same answer.
  public var decoder: DecoderKind

  package static let kind = "resta"
  package static let defaults = RestaDefense(DefenseSettings())
  /// Whether the noise is the one that `resta calibrate` found for the model under test.
  package var isCalibrated = false

  // A default would be a number that was chosen for another model.
  package var needs: [(key: String, why: String)] {
    isCalibrated
      ? []
      : [("sigma", ": it does not carry over between models; or set 'calibrated: yes'")]
  }
  package var excluded: [String] {
    isCalibrated ? ["noise", "sigma", "sigma_unit", "power_matched"] : []
  }

  /// RESTA's own settings, but for the seed: each answer has another one.
  package static let table: [Setting<RestaDefense>] =
    DefenseSettings.table.filter { $0.name != "seed" }.map { $0.lifted(to: \.defense) } + [
      Setting(
        "calibrated", \.isCalibrated, .flag,
        "Take the noise that 'resta calibrate' found for the model, in the place of noise and sigma; "
          + "samples and prefix are those named here, or 10 and 20.",
        default: "no", flag: .toggle(name: "calibrated", value: .bool(true)))
    ]

  package func prepared(
    for subject: Subject, loadOther: OtherModelLoader
  ) async throws -> any Defense {
    guard isCalibrated else { return self }
    guard let known = subject.model.information.calibrated else {
      throw EvaluationError.invalidConfiguration(
        "A defence is 'calibrated: yes', and nothing is known of these weights: run 'resta calibrate'."
      )
    }
    var defense = self
    defense.defense.noise = known.noise
    return defense
  }

  package var defaultName: String {
    let sigma = defense.noise.sigma
    let noise =
      isCalibrated
      ? "calibrated"
      : "\(defense.noise.kind.rawValue) \(sigma.value)\(sigma.unit == .absolute ? " abs" : "")"
    var name = "resta \(noise) k=\(defense.samples) l=\(defense.prefix)"
    if defense.noise.powerMatched { name += " matched" }
    if defense.tieRule != .logProbability { name += " ties=\(defense.tieRule.rawValue)" }
    if defense.aggregator != .majorityVote { name += " \(defense.aggregator.rawValue)" }
    if defense.perturbed.lastUserTurnOnly { name += " last-turn" }
    if defense.perturbed.roles != PerturbedContent.userTurns.roles {
      name += " perturb=" + roles.joined(separator: "+")
    }
    // What came later has no short form of its own.
    for row in DefenseSettings.table where !row.isAlwaysStored && row.storedAs == row.name {
      let value = row.write(defense)
      if value != row.write(.defaults) { name += " \(row.name)=\(YAMLText.line(value))" }
    }
    return name
  }

  package func positions(for question: QuestionSize) -> Double {
    let answer = Int(question.answer)
    // About what a template writes in front of the answer.
    let header = question.template / 2
    let taken =
      Double(defense.copiedTokens(of: answer))
      + Double(defense.probeCount(of: answer)) * (header + Double(defense.checkpointTokens))
    return question.plain + Double(defense.samples) * (question.prompt + taken)
  }

  private var roles: [String] { defense.perturbed.roles.map(\.rawValue).sorted() }

  /// `resta`.
  public var kind: String { Self.kind }

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
  /// and `last_turn_only`) and `decoder`; `definition` says what they mean.
  public var settings: JSONObject {
    var settings = JSONObject(
      stored: defense, default: DefenseSettings(), table: DefenseSettings.table)
    // As generations' keys have had them from the start.
    if defense.window == .start { settings["window"] = .string("start") }
    settings["perturbed"] = .object([
      "roles": .array(roles.map { .string($0) }),
      "last_turn_only": .bool(defense.perturbed.lastUserTurnOnly),
    ])
    settings["decoder"] = .string(decoder.rawValue)
    settings["definition"] = .integer(definition)
    // What its probes say is what these phrases say.
    if defense.probes { settings["probe_judge"] = .string(RefusalPhraseJudge().id) }
    return settings
  }

  /// What the settings mean, for stores.
  ///
  /// 2: a relative sigma is a multiple of the size of the model's embeddings, and all tokens that end an
  /// answer are one candidate of a vote. Rows without a definition are older: relative to the prompt's
  /// own tokens, and each of these tokens alone. 3, of a window behind a text: it opens each time that the text comes,
  /// which changes nothing where all behind it is voted on.
  private var definition: Int128 { defense.window == .start || defense.prefix == .all ? 2 : 3 }

  /// Checks every value; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    do {
      try defense.validate()
    } catch {
      throw EvaluationError.invalidConfiguration(error.message, cause: error)
    }
  }

  /// Answers one prompt; the seed is the noise's as it is, and that of sampling behind the prefix.
  ///
  /// The notes hold `sigma_absolute`, `perturbed_tokens`, `calibration` and, where any token was perturbed,
  /// `sigma_relative`; of checkpoints that open the turn again `probes`: where, what was said in how many votes, and
  /// whether that `refused`.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    let result = try await subject.respond(
      to: prompt, defense: defense, decoder: decoder, seed: seed)
    var notes: JSONObject = [
      "sigma_absolute": .number(result.settings.sigmaAbsolute),
      "calibration": .string(result.settings.calibration.rawValue),
      "perturbed_tokens": .integer(Int128(result.settings.perturbedTokens)),
    ]
    if let relative = result.settings.sigmaRelative { notes["sigma_relative"] = .number(relative) }
    if defense.probes {
      notes["probes"] = .array(
        result.probes.map { probe in
          .object([
            "position": .integer(Int128(probe.position)), "text": .string(probe.text),
            "votes": .integer(Int128(probe.votes.count)), "refused": .bool(probe.isRefusal),
          ])
        })
    }
    return DefendedAnswer(result, notes: notes)
  }
}
