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
  /// How many alternatives are wanted beside each token's log-probability; `nil` for no
  /// log-probabilities.
  var logProbabilities: Int?
  /// What the request asks of the defence.
  var defense: DefenseOverride

  /// Reads what both kinds of request share.
  ///
  /// - Throws: ``APIError`` for a field of another type, out of range or not supported.
  init(
    _ fields: BodyFields, logProbabilities: Int?, defaults: RequestDefaults
  ) throws(APIError) {
    try RefusedField.check(fields)
    choices = try Self.choices(fields["n"], limit: defaults.choiceLimit)
    isStreamed = try fields["stream"].bool() ?? false
    includesUsage = try Self.includesUsage(fields["stream_options"], isStreamed: isStreamed)
    self.logProbabilities = logProbabilities
    defense = try DefenseOverride(fields["resta"])
    options = GenerationOptions(
      maximumTokens: try Self.maximumTokens(fields, defaults: defaults),
      stop: try Self.stop(fields["stop"]),
      sampling: SamplingSettings(
        temperature: try fields["temperature"].number(in: 0...2) ?? defaults.temperature,
        topP: try fields["top_p"].number(in: 0...1) ?? 1,
        topK: try fields["top_k"].integer(in: 0...Int.max) ?? 0,
        minP: try fields["min_p"].number(in: 0...1) ?? 0,
        seed: try fields["seed"].bits()),
      logProbabilities: logProbabilities)
    do { try options.validate() } catch { throw APIError.invalid(error.message) }
  }
}

extension AnswerRequest {
  /// The most stop strings, as OpenAI's clients expect at least 4 to work.
  static let stopLimit = 16
  /// The longest stop string, in bytes: the end of the answer is compared with it at every token.
  static let stopLength = 256

  static func choices(_ field: BodyField, limit: Int) throws(APIError) -> Int {
    let count = try field.integer(in: 1...Int.max) ?? 1
    guard count <= limit else { throw field.refused("is above this server's limit of \(limit)") }
    return count
  }

  /// Reads `max_tokens` and the name that OpenAI gave it later.
  static func maximumTokens(
    _ fields: BodyFields, defaults: RequestDefaults
  ) throws(APIError) -> Int {
    let newer = fields["max_completion_tokens"]
    var given: Int?
    for field in [fields["max_tokens"], newer] {
      guard let count = try field.integer(in: 1...Int.max) else { continue }
      guard count <= defaults.answerLimit else {
        throw field.refused(
          "is above this server's limit of \(defaults.answerLimit) tokens for an answer")
      }
      guard given ?? count == count else {
        throw newer.refused("differs from 'max_tokens': give only one of them")
      }
      given = count
    }
    return given ?? defaults.maximumTokens
  }

  /// Reads `stop`: a string, or several.
  static func stop(_ field: BodyField) throws(APIError) -> [String] {
    let what = "a string or an array of strings"
    let texts: [BodyField]
    if field.value.string != nil { texts = [field] } else { texts = try field.array(what) ?? [] }
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

  static func includesUsage(_ field: BodyField, isStreamed: Bool) throws(APIError) -> Bool {
    guard let options = try field.object() else { return false }
    guard isStreamed else { throw field.refused("is only for requests with 'stream': true") }
    return try options["include_usage"].bool() ?? false
  }
}

/// What the operator's settings say about requests: defaults and limits.
struct RequestDefaults: Sendable {
  /// The most tokens of an answer when a request names no limit.
  var maximumTokens: Int
  /// The temperature when a request names none.
  var temperature: Double
  /// The most tokens that a request may ask for.
  var answerLimit: Int
  /// The most answers that one request may ask for.
  var choiceLimit: Int
  /// The roles that messages may have.
  var roles: Set<ChatMessage.Role>
}
