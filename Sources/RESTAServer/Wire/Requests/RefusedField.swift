import RESTADocuments

/// A field that would change the answer and that this server does not support.
///
/// Dropping one in silence would give an answer to another request than the client made; other
/// fields that are not known are ignored, as OpenAI's clients send more of them every year.
struct RefusedField: Sendable {
  /// OpenAI's code for fields that a model does not support.
  static let code = "unsupported_parameter"

  /// The field's name.
  let name: String
  /// The values with which it changes nothing, besides `null`.
  let neutral: [JSONValue]

  /// Refuses the fields of a body that are in the table and not neutral.
  ///
  /// - Parameter fields: The body.
  /// - Throws: ``APIError`` that names the first such field.
  static func check(_ fields: BodyFields) throws(APIError) {
    for refused in all {
      let field = fields[refused.name]
      guard !field.isNull, !refused.neutral.contains(field.value) else { continue }
      throw field.refused(
        "is not supported here and would change the answer: leave it out", code: code)
    }
  }
}
