import RESTA

/// What a request may cost, counted before anything is computed.
///
/// Each prompt token is computed once for every copy that votes and once unperturbed: that is what a
/// client multiplies when it asks for more copies.
struct AnswerCost {
  /// The length of each prompt.
  let promptTokens: [Int]
  /// The most positions that are computed: prompts times sequences, and the answers, times choices.
  let workTokens: Int
  private let model: ModelInformation
  private let sequences: Int

  /// - Parameters:
  ///   - promptTokens: The length of each prompt.
  ///   - answer: What is asked about the answers.
  ///   - defense: The defence.
  ///   - model: The model.
  init(
    promptTokens: [Int], answer: AnswerRequest, defense: DefenseSettings, model: ModelInformation
  ) {
    self.promptTokens = promptTokens
    self.model = model
    sequences = defense.isActive ? defense.samples + 1 : 1
    var work = 0
    for length in promptTokens {
      let room = max(0, model.contextLength - length)
      work += (length * sequences + min(answer.options.maximumTokens, room)) * answer.choices
    }
    workTokens = work
  }

  /// Refuses what is too much.
  ///
  /// - Parameter limits: The operator's limits.
  /// - Throws: ``APIError`` 400, which says how much is too much.
  func check(_ limits: ServerSettings.Limits) throws(APIError) {
    guard sequences <= model.maximumSequences else {
      throw .invalid(
        "\(sequences - 1) copies are more than the model has room for "
          + "(\(model.maximumSequences - 1)).", param: "resta.samples", code: "resta_limit")
    }
    let limit = min(limits.promptTokens ?? .max, model.contextLength - 1)
    for length in promptTokens {
      guard length > 0 else { throw .invalid("The prompt is empty.", param: "prompt") }
      guard length <= limit else {
        throw .invalid(
          "The prompt has \(length) tokens; at most \(limit) are taken here.",
          param: "messages", code: "context_length_exceeded")
      }
    }
    guard workTokens <= limits.workTokens else {
      throw .invalid(
        "The request would compute up to \(workTokens) tokens: each prompt token for each of "
          + "\(sequences) sequences, and the answers, for each choice. At most "
          + "\(limits.workTokens) are taken. Shorten the prompt, or ask for fewer copies, choices "
          + "or tokens.", code: "cost_limit_exceeded")
    }
  }
}
