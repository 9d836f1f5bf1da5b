import RESTA
import RESTADocuments

/// What chat and completion requests say about the answer.
struct AnswerRequest: Sendable {
  /// Length, stop strings and sampling.
  var options: GenerationOptions
  /// How many answers, `n`, at least 1.
  var choices: Int
  /// Whether the answer is sent as it is made.
  var isStreamed: Bool
  /// Whether a stream ends with the usage.
  var includesUsage: Bool
  /// How many alternatives are wanted beside each token's log-probability; `nil` for no log-probabilities.
  var logProbabilities: Int?
  /// What the request asks of the defence.
  var defense: DefenseOverride
  /// Fields that are not known, and without effect.
  var unknown: UnknownFields

  /// Reads what both kinds of request share; throws for a field of another type, out of range or not supported.
  init(
    _ fields: BodyFields, of endpoint: RequestField.Endpoint, logProbabilities: Int?,
    settings: ServerSettings
  ) throws(APIError) {
    unknown = try RequestField.check(fields, of: endpoint)
    choices =
      try fields.value(of: "n") { (field) throws(APIError) in
        try Self.count(field, limit: settings.limits.choices)
      } ?? 1
    isStreamed = try fields["stream"].bool() ?? false
    includesUsage = try Self.includesUsage(
      fields["stream_options"], isStreamed: isStreamed, unknown: &unknown)
    self.logProbabilities = logProbabilities
    defense = try DefenseOverride(fields["resta"])
    options = GenerationOptions(
      maximumTokens: try fields.value(of: "max_tokens") { (field) throws(APIError) in
        try Self.maximumTokens(field, limit: settings.limits.answerTokens)
      } ?? settings.answer.maxTokens,
      stop: try fields.value(of: "stop", Self.stop) ?? [],
      sampling: SamplingSettings(
        temperature: try fields["temperature"].number(in: 0...2) ?? settings.answer.temperature,
        topP: try fields["top_p"].number(in: 0...1) ?? 1,
        topK: try Self.unless(-1, fields["top_k"])?.integer(in: 0...Int.max) ?? 0,
        minP: try fields["min_p"].number(in: 0...1) ?? 0,
        seed: try fields.value(of: "seed") { (field) throws(APIError) in
          try Self.unless(-1, field)?.bits()
        }),
      logProbabilities: logProbabilities)
    let temperature = options.sampling.temperature
    if let isSampled = try fields["do_sample"].bool(), isSampled != (temperature > 0) {
      throw fields["do_sample"].refused(
        "does not agree with the temperature, \(temperature): leave it out")
    }
    do { try options.validate() } catch { throw APIError.invalid(error.message) }
  }
}

extension AnswerRequest {
  /// The most stop strings, as OpenAI's clients expect at least 4 to work.
  static let stopLimit = 16
  /// The longest stop string, in bytes: the end of the answer is compared with it at every token.
  static let stopLength = 256

  /// A number of at least 1, up to a limit of the operator's.
  private static func count(
    _ field: BodyField, limit: Int, of what: String = ""
  ) throws(APIError) -> Int? {
    guard let count = try field.integer(in: 1...Int.max) else { return nil }
    guard count <= limit else {
      throw field.refused("is above this server's limit of \(limit)\(what)")
    }
    return count
  }

  private static func maximumTokens(_ field: BodyField, limit: Int) throws(APIError) -> Int? {
    // llama-server and Ollama: to the end, and until the context is full.
    if [-1, -2].contains(field.value.int) { return limit }
    return try count(field, limit: limit, of: " tokens for an answer")
  }

  /// A field without the number that other servers write for none.
  private static func unless(_ none: Int, _ field: BodyField) -> BodyField? {
    field.value.int == none ? nil : field
  }

  /// Reads `stop`: a string, or several.
  private static func stop(_ field: BodyField) throws(APIError) -> [String]? {
    // A form that was left empty.
    if field.value.string?.isEmpty == true { return nil }
    guard let texts = try field.strings() else { return nil }
    guard texts.count <= stopLimit else {
      throw field.refused("has more than \(stopLimit) strings")
    }
    return try texts.map { (text) throws(APIError) in
      guard let string = try text.string() else { throw text.expected("a string") }
      guard !string.isEmpty else { throw text.refused("must not be empty") }
      guard string.utf8.count <= stopLength else {
        throw text.refused("is longer than \(stopLength) bytes")
      }
      return string
    }
  }

  private static func includesUsage(
    _ field: BodyField, isStreamed: Bool, unknown: inout UnknownFields
  ) throws(APIError) -> Bool {
    guard let options = try field.object() else { return false }
    guard isStreamed else { throw field.refused("is only for requests with 'stream': true") }
    for name in options.object.withoutNulls.keys where name != "include_usage" {
      unknown.add(name, in: field.path, known: ["include_usage"])
    }
    return try options["include_usage"].bool() ?? false
  }
}
