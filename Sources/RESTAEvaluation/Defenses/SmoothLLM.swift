package import RESTA
public import RESTADocuments
public import RESTARefusals

/// SmoothLLM (arXiv 2310.03684, algorithm 1): a vote over answers to copies of the prompt with changed characters.
///
/// N copies of the user's message are perturbed, the system prompt and the template are not, and the
/// undefended model answers each. An answer counts as jailbroken when it holds no refusal phrase, an
/// empty one too. The majority is "jailbroken" when strictly more than half of the answers are, and
/// one of the answers that agree with the majority is given, drawn at random.
///
/// With m the message's length in Unicode scalars (what Python's `len` counts), M = ⌊mq / 100⌋
/// characters change; where that is 0, none. New characters are drawn from Python's
/// `string.printable`, so that one may equal the old.
///
/// Deviation: refusals are told by `RefusalPhraseJudge`, whose rules are not the paper's list.
///
/// Deviation: a copy that no longer fits into the model's context has no vote, and the notes count
/// it; if no copy fits, that is an error.
public struct SmoothLLM: ConfiguredDefense {
  /// How characters change.
  public enum Perturbation: String, Sendable, Hashable, Codable, CaseIterable {
    /// At M different positions the character is replaced.
    case swap
    /// In front of M different positions a character is inserted; the message becomes M longer.
    case insert
    /// M neighbours are replaced; each place for them is equally likely.
    case patch
  }

  /// How characters change.
  public var perturbation: Perturbation
  /// How many of 100 characters change, q in 0...100.
  public var percent: Int
  /// How many copies are answered, N of at least 1.
  public var copies: Int
  /// Tells which answers are refusals.
  public var phrases: RefusalPhraseJudge

  package static let kind = "smoothllm"
  package static let defaults = SmoothLLM()
  package static let table: [Setting<SmoothLLM>] = [
    Setting(
      "perturbation", \.perturbation, .choice(), "How characters change.", default: "swap",
      isAlwaysStored: true),
    Setting(
      "percent", \.percent, .integer(0...100), "How many of 100 characters change, q.",
      default: "10", isAlwaysStored: true),
    Setting(
      "copies", \.copies, .integer(1...1_000), "How many copies are answered, N.", default: "10",
      isAlwaysStored: true),
  ]

  package var defaultName: String {
    "\(Self.kind) \(perturbation.rawValue) q=\(percent) N=\(copies)"
  }

  package func positions(for question: QuestionSize) -> Double { question.plain * Double(copies) }

  /// `smoothllm`.
  public var kind: String { Self.kind }

  /// Changes and the choice of the answer are drawn from the seed.
  public var usesSeed: Bool { true }

  /// `perturbation`, `percent` (q), `copies` (N) and `judge`.
  public var settings: JSONObject {
    var settings = stored
    settings["judge"] = .string(phrases.id)
    return settings
  }

  /// Makes it; nothing is checked before ``validate()``.
  ///
  /// - Parameters:
  ///   - perturbation: How characters change. Default: swap.
  ///   - percent: q, in 0...100. Default: 10.
  ///   - copies: N, at least 1. Default: 10.
  ///   - phrases: Tells which answers are refusals. There is one judge so far.
  public init(
    perturbation: Perturbation = .swap, percent: Int = 10, copies: Int = 10,
    phrases: RefusalPhraseJudge = RefusalPhraseJudge()
  ) {
    self.perturbation = perturbation
    self.percent = percent
    self.copies = copies
    self.phrases = phrases
  }

  /// Checks every value; throws ``EvaluationError`` with `invalidConfiguration`.
  public func validate() throws(EvaluationError) {
    guard (0...100).contains(percent) else {
      throw EvaluationError.invalidConfiguration(
        "SmoothLLM's percent q must be 0 to 100, not \(percent).")
    }
    guard (1...Int(UInt32.max)).contains(copies) else {
      throw EvaluationError.invalidConfiguration(
        "SmoothLLM's number of copies N must be 1 or more, not \(copies).")
    }
  }
}

extension SmoothLLM {
  /// Answers one prompt, with the answer and the `promptTokens` of one copy and the cost of all; the seed decides
  /// what is changed, and which copy answers.
  ///
  /// The notes hold `answered` (the copies that were), `jailbroken` (how many of their answers are no refusals),
  /// `chosen` (the copy whose answer is given) and, where there are any, `without_room`.
  public func answer(
    _ prompt: String, from subject: Subject, seed: UInt64
  ) async throws -> DefendedAnswer {
    // Of no copies there would be no answer to choose.
    try validate()
    var answers: [(copy: Int, answer: DefendedAnswer)] = []
    for copy in 0..<copies {
      let perturbed = perturbed(prompt, copy: copy, seed: seed)
      var sampling = DefenseRandom(seed: seed, purpose: .sampling, lane: UInt32(copy))
      do {
        let result = try await subject.respond(to: perturbed, seed: sampling.next())
        answers.append((copy, DefendedAnswer(result)))
      } catch let error as RESTAError where error.code == .contextExceeded {
        // The changes may cost tokens. The last copy's turn, and none had room: so it is an error.
        if copy == copies - 1, answers.isEmpty { throw error }
      }
    }
    return chosen(from: answers, seed: seed)
  }

  func perturbed(_ prompt: String, copy: Int, seed: UInt64) -> String {
    var random = DefenseRandom(seed: seed, purpose: .perturbation, lane: UInt32(copy))
    return TextPerturbation.drawn(
      perturbation, length: prompt.unicodeScalars.count, percent: percent, using: &random
    ).applied(to: prompt)
  }

  private func chosen(
    from answers: [(copy: Int, answer: DefendedAnswer)], seed: UInt64
  ) -> DefendedAnswer {
    let isJailbroken = answers.map { !phrases.isRefusal($0.answer.text) }
    let jailbroken = isJailbroken.count { $0 }
    let majority = 2 * jailbroken > answers.count
    // Never empty: the majority is the larger side, or in a tie the refusals, which are half.
    let agreeing = answers.indices.filter { isJailbroken[$0] == majority }
    var random = DefenseRandom(seed: seed, purpose: .choice)
    let (copy, answer) = answers[agreeing[random.integer(below: agreeing.count)]]

    var result = answer
    result.passes = answers.reduce(0) { $0 + $1.answer.passes }
    result.tokensProcessed = answers.reduce(0) { $0 + $1.answer.tokensProcessed }
    result.seconds = answers.reduce(0) { $0 + $1.answer.seconds }
    result.notes = [
      "answered": .integer(Int128(answers.count)), "jailbroken": .integer(Int128(jailbroken)),
      "chosen": .integer(Int128(copy)),
    ]
    if answers.count < copies {
      result.notes["without_room"] = .integer(Int128(copies - answers.count))
    }
    return result
  }
}
