import RESTADocuments

extension AnswerRequest {
  /// The most stop strings, as OpenAI's clients expect at least 4 to work.
  static let stopLimit = 16
  /// The longest stop string, in bytes: the end of the answer is compared with it at every token.
  static let stopLength = 256

  /// Reads `n`.
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

  /// Reads `stream_options`.
  static func includesUsage(_ field: BodyField, isStreamed: Bool) throws(APIError) -> Bool {
    guard let options = try field.object() else { return false }
    guard isStreamed else { throw field.refused("is only for requests with 'stream': true") }
    return try options["include_usage"].bool() ?? false
  }
}
