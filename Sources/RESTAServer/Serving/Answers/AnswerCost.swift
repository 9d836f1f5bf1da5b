import RESTA

/// What a request may cost, reckoned before anything is computed.
///
/// Each prompt token, and each token that is voted on, counts once for every copy and once for the
/// unperturbed sequence: that is what a client multiplies when it asks for more copies. The fast decoder
/// usually computes less; drafts that it rejects are not reckoned.
struct AnswerCost: Sendable {
  /// The length of each prompt.
  let promptTokens: [Int]
  private let answer: AnswerRequest
  private let defense: DefenseSettings
  private let model: ModelInformation

  /// - Parameters:
  ///   - promptTokens: The length of each prompt.
  ///   - answer: What is asked about the answers.
  ///   - defense: The defence.
  ///   - model: The model.
  init(
    promptTokens: [Int], answer: AnswerRequest, defense: DefenseSettings, model: ModelInformation
  ) {
    self.promptTokens = promptTokens
    self.answer = answer
    self.defense = defense
    self.model = model
  }

  private var sequences: Int { defense.isActive ? defense.samples + 1 : 1 }

  /// The work when all answers are as long as they may be.
  var workTokens: Int {
    promptTokens.reduce(0) { sum, length in
      let room = max(0, model.contextLength - length)
      return sum
        + work(prompt: length, answer: min(answer.options.maximumTokens, room)) * answer.choices
    }
  }

  /// The work for answers as they came out: of their length alone, since what the votes really took
  /// tells their margins.
  ///
  /// - Parameter answers: Their lengths; the choices of a prompt follow each other.
  /// - Returns: Positions.
  func work(answers: [Int]) -> Int {
    answers.enumerated().reduce(0) { sum, item in
      sum + work(prompt: promptTokens[item.offset / answer.choices], answer: item.element)
    }
  }

  private func work(prompt: Int, answer: Int) -> Int {
    let voted =
      switch defense.prefix {
      case .all: answer
      case .tokens(let count): min(count, answer)
      }
    return (prompt + voted) * sequences + answer - voted
  }

  /// Refuses what is too much.
  ///
  /// - Parameters:
  ///   - limits: The operator's limits.
  ///   - field: The request's field that holds the prompt.
  /// - Throws: ``APIError`` 400, which says how much is too much.
  func check(_ limits: ServerSettings.Limits, field: String) throws(APIError) {
    guard sequences <= model.maximumSequences else {
      throw .invalid(
        "\(sequences - 1) copies are more than the model has room for "
          + "(\(model.maximumSequences - 1)).", param: "resta.samples", code: "resta_limit")
    }
    let limit = min(limits.promptTokens ?? .max, model.contextLength - 1)
    for length in promptTokens {
      guard length > 0 else { throw .invalid("The prompt is empty.", param: field) }
      guard length <= limit else {
        throw .invalid(
          "The prompt has \(length) tokens; at most \(limit) are taken here.",
          param: field, code: "context_length_exceeded")
      }
    }
    guard workTokens <= limits.workTokens else {
      throw .invalid(
        "The request may compute \(workTokens) tokens: each prompt token and each voted one for each "
          + "of \(sequences) sequences, and the rest of the answers, for each choice. At most "
          + "\(limits.workTokens) are taken. Shorten the prompt, or ask for fewer copies, choices "
          + "or tokens.", code: "cost_limit_exceeded")
    }
  }
}
