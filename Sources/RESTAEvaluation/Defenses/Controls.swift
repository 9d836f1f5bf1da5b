package import RESTA
public import RESTADocuments

/// A control: refuses with a probability, whatever is asked, and answers undefended otherwise.
///
/// It lowers the attack success rate and the usefulness by the same factor. A defence that does no
/// better tells harmful prompts from benign ones no better than a die.
public struct RandomRefusal: ConfiguredDefense {
  /// The probability of a refusal, in 0...1.
  public var probability: Double

  package static let kind = "random-refusal"
  package static let defaults = RandomRefusal(probability: 0)
  package var needs: [(key: String, why: String)] { [(key: "probability", why: ", 0 to 1")] }
  package static let table: [Setting<RandomRefusal>] = [
    Setting(
      "probability", \.probability, .number(0...1), "The probability of a refusal.",
      isAlwaysStored: true)
  ]

  package var defaultName: String { "\(Self.kind) \(probability)" }

  package func positions(for question: QuestionSize) -> Double {
    question.plain * (1 - probability)
  }

  /// `random-refusal`.
  public var kind: String { Self.kind }

  /// Unless it always refuses or never does.
  public var usesSeed: Bool { probability > 0 && probability < 1 }

  /// `probability`.
  public var settings: JSONObject { stored }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameter probability: The probability of a refusal, in 0...1.
  public init(probability: Double) { self.probability = probability }

  /// Checks the probability; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    guard (0...1).contains(probability) else {
      throw EvaluationError.invalidConfiguration(
        "The probability of refusing at random must be 0 to 1, not \(probability).")
    }
  }

  /// Answers one prompt, or refuses with `DefendedAnswer.refusalText`, without asking the model and at no cost;
  /// the seed decides which, and is that of sampling.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    try Task.checkCancellation()
    var random = DefenseRandom(seed: seed, purpose: .refusal)
    if random.unit() < probability { return .rejection() }
    return DefendedAnswer(try await subject.respond(to: prompt, seed: seed))
  }
}

/// A control: ordinary sampling at a temperature, without any noise.
///
/// Random answers alone make an attack fail now and then; noise has to do more.
public struct TemperatureOnly: ConfiguredDefense {
  /// Divides the logits: a finite number, 0 or more; 0 is the undefended model's greedy answer.
  public var temperature: Double
  /// Keeps only the most likely tokens that make up this probability, 0...1.
  public var topP: Double

  package static let kind = "temperature"
  package static let defaults = TemperatureOnly()
  package var needs: [(key: String, why: String)] { [(key: "temperature", why: "")] }
  package static let table: [Setting<TemperatureOnly>] = [
    Setting(
      "temperature", \.temperature, .number(0...100), "Divides the logits.", isAlwaysStored: true),
    Setting(
      "top_p", \.topP, .number(0...1),
      "Keep only the most likely tokens that make up this probability.", default: "1",
      isAlwaysStored: true),
  ]

  package var defaultName: String { "\(Self.kind) \(temperature)" }

  /// `temperature`.
  public var kind: String { Self.kind }

  /// Unless the temperature is 0.
  public var usesSeed: Bool { temperature > 0 }

  /// `temperature` and `top_p`.
  public var settings: JSONObject { stored }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - temperature: A finite number, 0 or more. Default: 1, the model's own probabilities.
  ///   - topP: 0...1. Default: 1, all tokens.
  public init(temperature: Double = 1, topP: Double = 1) {
    self.temperature = temperature
    self.topP = topP
  }

  /// Checks every value; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    do {
      try sampling.validate()
    } catch {
      throw EvaluationError.invalidConfiguration(error.message, cause: error)
    }
  }

  /// Answers one prompt; the sampling of the subject's options is not used, and the seed is that of its own.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    DefendedAnswer(try await subject.respond(to: prompt, sampling: sampling, seed: seed))
  }

  private var sampling: SamplingSettings { SamplingSettings(temperature: temperature, topP: topP) }
}
