package import RESTA
public import RESTADocuments

/// A control: the smallest change of the same kind as a defence's, with the method left out.
///
/// An attack that was found on one model is fragile: nearly any change undoes some of it. What a defence does is what
/// it does beyond that, so a report gives its difference to the placebo, which it knows by the ``kind`` in the store.
///
/// It is one of three: a neutral text behind the user's message (the default), noise too weak to
/// matter on one copy, or the same weights in another file.
public struct Placebo: ConfiguredDefense {
  /// What stands directly behind the user's message; `nil`: ``neutralText``, if the rest is `nil` too.
  public var text: String?
  /// Instead: isotropic noise of this relative sigma on one copy, which decides the first 20 tokens.
  public var sigma: Double?
  /// Instead: a GGUF file that answers, undefended, with the adapters of the model under test.
  public var file: String?

  package static let kind = "placebo"
  package static let defaults = Placebo()
  package static let table: [Setting<Placebo>] = [
    Setting(
      "text", \.text, .optional(.text), "What stands directly behind the user's message.",
      default: "a space and a full stop"),
    Setting(
      "sigma", \.sigma, .optional(.number(sigmaRange)),
      "Instead: isotropic noise of this relative sigma on one copy.", default: "none"),
    Setting(
      "file", \.file, .optional(.text),
      "Instead: the same weights in another GGUF file, relative to the configuration.",
      default: "none"),
  ]

  /// A space and a full stop: one token in most vocabularies, and no template trims it away.
  public static let neutralText = " ."
  /// Stronger noise is no placebo: at 0.2 attacks begin to fail of it.
  package static let sigmaRange = 0.000_1...0.05

  package var defaultName: String {
    if let sigma { return "\(Self.kind) sigma=\(sigma)" }
    if let file { return "\(Self.kind) \(file.split(separator: "/").last ?? "")" }
    return text.map { "\(Self.kind) text=\(YAMLText.line(.text($0)))" } ?? Self.kind
  }

  package func positions(for question: QuestionSize) -> Double {
    // The text is a token or two, and another file of the same weights computes as much.
    noise?.positions(for: question) ?? question.plain + 1
  }

  /// `placebo`.
  public var kind: String { Self.kind }

  /// Of the noise, which is drawn from it.
  public var usesSeed: Bool { sigma != nil }

  /// `text`; of noise, those of the ``RestaDefense`` that it is; of another file, what an evaluation
  /// made of it: its `model_sha256`.
  public var settings: JSONObject {
    if let noise { return noise.settings }
    return file.map { ["file": .string($0)] } ?? ["text": .string(text ?? Self.neutralText)]
  }

  /// Makes it, with at most one of the three; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - text: What stands behind the user's message. Default: ``neutralText``.
  ///   - sigma: A relative sigma, 0.0001 to 0.05. Default: no noise.
  ///   - file: A GGUF file, which only the configuration of an evaluation can load. Default: none.
  public init(text: String? = nil, sigma: Double? = nil, file: String? = nil) {
    self.text = text
    self.sigma = sigma
    self.file = file
  }

  /// Checks that one change is chosen, and that it is small; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    let chosen = [text.map { _ in "text" }, sigma.map { _ in "sigma" }, file.map { _ in "file" }]
      .compactMap { $0 }
    guard chosen.count < 2 else {
      throw EvaluationError.invalidConfiguration(
        "A placebo changes one thing, not \(chosen.joined(separator: " and ")): list several "
          + "placebos, each with a name.")
    }
    guard text != "", file != "" else {
      throw EvaluationError.invalidConfiguration("A placebo's \(chosen[0]) must not be empty.")
    }
    if let sigma, !Self.sigmaRange.contains(sigma) {
      throw EvaluationError.invalidConfiguration(
        "A placebo's sigma must be \(Self.sigmaRange.lowerBound) to \(Self.sigmaRange.upperBound), "
          + "not \(sigma): stronger noise is a defence, and none is no change.")
    }
  }

  /// Answers one prompt.
  ///
  /// The notes of the text hold `added_tokens`, by which the rendered prompt is longer; those of noise are the
  /// ``RestaDefense``'s.
  ///
  /// - Throws: ``EvaluationError`` where the chat template drops the text, or for a file that nothing has loaded; the
  ///   engine's errors.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    try validate()
    if let noise { return try await noise.answer(prompt, from: subject, seed: seed) }
    if let file {
      throw EvaluationError.invalidConfiguration("Nothing has loaded the placebo's file '\(file)'.")
    }
    let changed = prompt + (text ?? Self.neutralText)
    let added = try addedTokens(prompt, changed, in: subject)
    return DefendedAnswer(
      try await subject.respond(to: changed, seed: seed),
      notes: ["added_tokens": .integer(Int128(added))])
  }

  private var noise: RestaDefense? {
    sigma.map {
      RestaDefense(
        DefenseSettings(
          noise: NoiseSettings(kind: .isotropic, sigma: Sigma(value: $0, unit: .relative)),
          samples: 1))
    }
  }

  /// How many tokens longer the model's prompt is; one that is no other is an error, since many
  /// templates trim what a user writes.
  private func addedTokens(
    _ prompt: String, _ changed: String, in subject: Subject
  ) throws -> Int {
    let tokens = try subject.tokenize(prompt).tokens
    let others = try subject.tokenize(changed).tokens
    guard tokens != others else {
      throw EvaluationError.invalidConfiguration(
        "The placebo's text \(YAMLText.line(.text(text ?? Self.neutralText))) changes nothing: the "
          + "chat template drops it. Give another 'text'.")
    }
    return others.count - tokens.count
  }
}

// MARK: - Before the first answer

extension Placebo {
  /// Checks the text on the model's template, or loads the file.
  package func prepared(
    for subject: Subject, loadOther: OtherModelLoader
  ) async throws -> any Defense {
    guard let file else {
      if sigma == nil {
        _ = try addedTokens("Hello", "Hello" + (text ?? Self.neutralText), in: subject)
      }
      return self
    }
    let other = try await loadOther(file)
    let (mine, its) = (subject.model.information, other.model.information)
    guard mine.architecture == its.architecture, mine.dimensions == its.dimensions,
      mine.vocabularySize == its.vocabularySize
    else {
      throw EvaluationError.invalidConfiguration(
        "The placebo's file '\(file)' holds another model (\(its.architecture), \(its.dimensions) "
          + "dimensions) than the one under test (\(mine.architecture), \(mine.dimensions)): it must "
          + "be the same weights in another quantisation.")
    }
    return OtherFilePlacebo(model: other.model, sha256: try other.sha256)
  }
}

/// A placebo whose file is loaded.
struct OtherFilePlacebo: Defense {
  let model: any LanguageModel
  let sha256: String

  var kind: String { Placebo.kind }
  var settings: JSONObject { ["model_sha256": .string(sha256)] }
  var usesSeed: Bool { false }

  func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    var other = subject
    // The template's text stays the one under test, whatever the other file brings.
    other.template = try subject.template ?? subject.model.chatTemplate
    other.model = model
    return DefendedAnswer(try await other.respond(to: prompt, seed: seed))
  }
}
