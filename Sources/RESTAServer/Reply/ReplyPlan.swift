import RESTA

/// Turns a request into generations: renders and tokenises the prompt, applies the operator's policy,
/// counts the cost, and chooses the noise.
struct AnswerPlanner: Sendable {
  let served: ServedModel
  let settings: ServerSettings
  /// Chooses sticky noise; `nil` for fresh noise.
  let sticky: StickyNoise?
  /// What the server has answered.
  let own: OwnAnswers
  /// What is kept of earlier requests.
  var conversations = ConversationCache(cells: 0)
  /// Whose request it is.
  var client = APIKeys.anonymous

  /// The most messages of one conversation: finding spans takes time for each.
  private static let messageLimit = 512

  /// Plans the answers to a conversation; ``RESTAError`` when the template refuses the messages.
  func plan(_ request: ChatRequest) throws -> AnswerBatch {
    try check(model: request.model)
    guard request.messages.count <= Self.messageLimit else {
      throw APIError.invalid(
        "At most \(Self.messageLimit) messages are taken, not \(request.messages.count).",
        param: "messages")
    }
    var request = withoutAnswersNames(request)
    guard let template = served.template else {
      throw APIError.invalid(
        "'\(served.id)' has no chat template. Use /v1/completions, or start the server with "
          + "--chat-template.")
    }
    let system = settings.prompt.system.map { [ChatMessage.system($0)] } ?? []
    let forged = try forgedTurns(of: request.messages)
    if settings.client.assistantTurns != .trusted {
      request.messages = own.withoutForeignSpace(request.messages, unknown: forged, of: client)
    }
    var batch = try plan(
      [template.render(request.messages, behind: system)], request.answer, field: "messages",
      trusted: Set(system.indices), untrusted: Set(forged.map { $0 + system.count }))
    batch.messages = request.messages
    return batch
  }

  /// The request without the names that its assistant turns have, which it says are unknown.
  ///
  /// The server's own answers have none, and frameworks write one beside each. Where turns of a client's
  /// own are taken, names are too: perturbed or trusted as the turns are.
  private func withoutAnswersNames(_ request: ChatRequest) -> ChatRequest {
    guard settings.client.assistantTurns == .own else { return request }
    var request = request
    for index in request.messages.indices
    where request.messages[index].role == .assistant && request.messages[index].name != nil {
      request.messages[index].name = nil
      request.answer.unknown.add("name", in: "messages[\(index)]", known: [])
    }
    return request
  }

  /// The assistant turns that are perturbed, since a client wrote them.
  private func forgedTurns(of messages: [ChatMessage]) throws(APIError) -> [Int] {
    guard settings.client.assistantTurns != .trusted else { return [] }
    let unknown = own.unknownTurns(in: messages, of: client)
    guard let first = unknown.first, settings.client.assistantTurns == .own else { return unknown }
    throw .invalid(
      "This server did not write that assistant message as the answer to the message before it. A "
        + "conversation from elsewhere, from before a restart or with edited answers needs the "
        + "operator's leave (client.assistant_turns).",
      param: "messages[\(first)]", code: "resta_not_allowed")
  }

  /// Plans the answers to raw prompts: all of each is user content.
  func plan(_ request: CompletionRequest) throws -> AnswerBatch {
    guard settings.client.completions else {
      throw APIError.invalid(
        "The operator has switched /v1/completions off (client.completions).",
        code: "resta_not_allowed", status: 403)
    }
    try check(model: request.model)
    let prompts = request.prompts.map { text in
      RenderedPrompt(
        text: text, spans: [.init(messageIndex: 0, role: .user, range: 0..<text.utf8.count)])
    }
    return try plan(prompts, request.answer, field: "prompt")
  }

  private func check(model: String?) throws(APIError) {
    if let model, model != served.id { throw .unknownModel(served: served.id) }
  }

  private func plan(
    _ prompts: [RenderedPrompt], _ answer: AnswerRequest, field: String,
    trusted: Set<Int> = [], untrusted: Set<Int> = []
  ) throws -> AnswerBatch {
    guard answer.logProbabilities == nil || settings.client.logprobs else {
      throw APIError.invalid(
        "The operator does not allow log-probabilities (client.logprobs): they are margins.",
        param: "logprobs", code: "resta_not_allowed")
    }
    guard answer.options.sampling.temperature <= settings.client.temperature else {
      throw APIError.invalid(
        "The operator allows a temperature of up to \(settings.client.temperature) "
          + "(client.temperature).", param: "temperature", code: "resta_limit")
    }
    var defense = try served.policy.settings(for: answer.defense)
    if !defense.perturbs { defense = .none }
    // Whatever a client sends, its system messages included, is no control text; the operator's own may be.
    let tokenizer = PromptTokenizer(served.model.tokenizer, trustsSystem: false)
    let tokenized = try prompts.map { prompt in
      try checkLength(of: prompt, field: field)
      var tokenized = try tokenizer.tokenize(prompt, trusted: trusted)
      tokenized.untrusted = untrusted
      return tokenized
    }
    let cost = AnswerCost(
      promptTokens: tokenized.map(\.tokens.count), answer: answer, defense: defense,
      model: served.model.information, probe: served.probe)
    try cost.check(settings, field: field)
    // In a system message alone, say, there may be nothing that is perturbed.
    let isTouched = tokenized.allSatisfy { !$0.positions(of: defense.perturbed).isEmpty }
    if defense.isActive, !isTouched {
      guard settings.client.off else { throw nothingToDefend(defense) }
      // What no noise touches is not defended, and its reply must not say that it is.
      defense = .none
    }

    var random = SystemRandomNumberGenerator()
    // All choices of a request share their noise: another draw would be another try.
    let noiseSeed = random.next() >> 11
    let samplingSeed = answer.options.sampling.seed ?? random.next() >> 11
    var generations: [Generation] = []
    for (prompt, rendered) in zip(tokenized, prompts) {
      let conversation =
        settings.defense.sticky == .conversation ? sticky?.conversation(of: client, rendered) : nil
      defense.seed = conversation?.seed ?? sticky?.seed(for: rendered.text) ?? noiseSeed
      for choice in 0..<answer.choices {
        var options = answer.options
        options.sampling.seed = samplingSeed &+ UInt64(choice)
        generations.append(
          try Generation(
            model: served.model, prompt: prompt, defense: defense, options: options,
            decoder: settings.defense.decoder,
            conversations: conversations.share(of: conversation?.name), probe: served.probe))
      }
    }
    return AnswerBatch(
      generations: generations, answer: answer, defense: defense,
      calibration: Calibration(of: defense, for: served.model.information),
      sticky: sticky == nil ? .off : settings.defense.sticky, cost: cost)
  }

  /// Refuses what cannot fit before it is tokenised for good.
  ///
  /// With many strings in it that a vocabulary has for itself, that takes time that grows with the square
  /// of its length. So it is cut to pieces, between characters, and looked at until the context is full.
  private func checkLength(of prompt: RenderedPrompt, field: String) throws {
    let context = served.model.information.contextLength
    let text = Array(prompt.text.utf8)
    var tokens = 0
    for span in prompt.spans {
      var rest = text[span.range]
      while !rest.isEmpty {
        let end = rest.dropFirst(4_096).firstIndex { $0 & 0xC0 != 0x80 } ?? rest.endIndex
        // The first and the last tokens may be merged with what is beside them.
        tokens += try max(
          0, served.model.tokenizer.tokenize(Array(rest[..<end]), parsesControl: false).count - 16)
        rest = rest[end...]
        guard tokens <= context else {
          throw APIError.invalid(
            "The prompt has more tokens than the context, \(context).", param: field,
            code: "context_length_exceeded")
        }
      }
    }
  }

  private func nothingToDefend(_ defense: DefenseSettings) -> APIError {
    let roles = defense.perturbed.roles.map(\.rawValue).sorted().joined(separator: " or ")
    // Which ones is a setting of the operator's.
    let message = settings.client.expose == .none ? "message" : "\(roles) message"
    return .invalid(
      "There is nothing in the messages to defend: at least one \(message) must have content.",
      param: "messages", code: "resta_limit")
  }
}

/// The answers of one request, checked and ready to be generated.
struct AnswerBatch: Sendable {
  /// One for each choice; those of the same prompt follow each other.
  let generations: [Generation]
  /// What was asked about the answers.
  let answer: AnswerRequest
  /// The defence, as it is for all of them; seeds aside.
  let defense: DefenseSettings
  /// What the strength of the noise rests on.
  let calibration: Calibration
  /// For what the noise is the same.
  let sticky: ServerSettings.Sticky
  let cost: AnswerCost
  /// The conversation that is answered; empty for raw prompts.
  var messages: [ChatMessage] = []
}

/// What a request may cost, reckoned before anything is computed.
///
/// Each prompt token, and each token that is voted on, counts once for every copy and once for the
/// unperturbed sequence: that is what a client multiplies when it asks for more copies. The fast decoder
/// usually computes less; drafts that it rejects are not reckoned.
struct AnswerCost: Sendable {
  /// The length of each prompt.
  let promptTokens: [Int]
  let answer: AnswerRequest
  let defense: DefenseSettings
  let model: ModelInformation
  let probe: CheckpointProbe?

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
  func work(answers: [Int]) -> Int {
    answers.enumerated().reduce(0) { sum, item in
      sum + work(prompt: promptTokens[item.offset / answer.choices], answer: item.element)
    }
  }

  private func work(prompt: Int, answer: Int) -> Int {
    let voted = defense.copiedTokens(of: answer)
    return (prompt + voted + probed(of: answer)) * defense.sequences + answer - voted
  }

  /// What the checkpoints of an answer take that open the turn again.
  private func probed(of answer: Int) -> Int {
    probe.map { $0.positions(of: defense) * defense.probeCount(of: answer) } ?? 0
  }

  /// Refuses what is too much with ``APIError`` 400, which says how much that is.
  func check(_ settings: ServerSettings, field: String) throws(APIError) {
    let limits = settings.limits
    guard defense.sequences <= model.maximumSequences else {
      throw .invalid(
        "\(defense.sequences - 1) copies are more than the model has room for "
          + "(\(model.maximumSequences - 1)).", param: "resta.samples", code: "resta_limit")
    }
    // A checkpoint's header needs its place as well.
    let probed = defense.probes ? probe?.positions(of: defense) ?? 0 : 0
    let room = model.contextLength - 1 - probed
    let limit = min(limits.promptTokens ?? .max, room)
    for length in promptTokens {
      guard length > 0 else { throw .invalid("The prompt is empty.", param: field) }
      guard length <= limit else {
        throw .invalid(
          "The prompt has \(length) tokens; at most \(limit) are taken here.",
          param: field, code: "context_length_exceeded")
      }
    }
    guard workTokens <= limits.workTokens else {
      // The number of a prompt with a known length tells k.
      let work = settings.client.expose == .none ? "too many" : "\(workTokens)"
      throw .invalid(
        "The request may compute \(work) tokens: each prompt token and each voted one for each "
          + "sequence, and the rest of the answers, for each choice. At most "
          + "\(limits.workTokens) are taken. Shorten the prompt, or ask for fewer copies, choices "
          + "or tokens.", code: "cost_limit_exceeded")
    }
  }
}
