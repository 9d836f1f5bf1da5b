import RESTADocuments

/// A request to `/v1/completions`.
struct CompletionRequest: Sendable {
  /// The model that is asked for; `nil` for the one that there is.
  var model: String?
  /// The prompts, at least one, none of them empty.
  var prompts: [String]
  /// What is said about the answer; it holds for each of the prompts.
  var answer: AnswerRequest

  /// Reads a request; throws ``APIError`` 400 for a body that is no JSON object, and for a field that is missing, of
  /// another type, out of range or not supported.
  init(body: [UInt8], settings: ServerSettings) throws(APIError) {
    let fields = try BodyFields.body(body)
    model = try fields["model"].string()
    // Chat completions' name for it; ignoring it would give fewer alternatives than were asked for.
    guard fields["top_logprobs"].isNull || fields["top_logprobs"].value.int == 0 else {
      throw fields["top_logprobs"].refused(
        "is for /v1/chat/completions: give the number as 'logprobs' here",
        code: RequestField.code)
    }
    let logProbabilities =
      fields["logprobs"].value == .bool(false) ? nil : try fields["logprobs"].integer(in: 0...5)
    answer = try AnswerRequest(
      fields, of: .completion, logProbabilities: logProbabilities, settings: settings)
    prompts = try Self.prompts(fields["prompt"])
    let limit = settings.limits.choices
    guard prompts.count <= limit / answer.choices else {
      throw fields["prompt"].refused(
        "asks with 'n' for more than this server's limit of \(limit) answers")
    }
  }

  private static func prompts(_ field: BodyField) throws(APIError) -> [String] {
    guard let texts = try field.strings() else { throw field.expected(BodyField.oneOrMore) }
    guard !texts.isEmpty else { throw field.refused("must hold at least one prompt") }
    return try texts.map { (text) throws(APIError) in
      if text.value.int != nil || text.value.array != nil {
        // They could spell control tokens, which text never becomes.
        throw text.refused("must be a string: prompts of token ids are not supported")
      }
      guard let string = try text.string() else { throw text.expected("a string") }
      guard !string.isEmpty else { throw text.refused("must not be empty") }
      return string
    }
  }
}
