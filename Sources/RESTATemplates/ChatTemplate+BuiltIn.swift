extension ChatTemplate {
  /// Names of the built-in templates, in alphabetical order.
  public static let builtInNames: [String] = BuiltInTemplates.all.map(\.name).sorted()

  /// Makes a built-in template, for models whose files have none.
  ///
  /// - Parameters:
  ///   - name: One of ``builtInNames``.
  ///   - bosToken: Text of the model's begin-of-sequence token.
  ///   - eosToken: Text of the model's end-of-sequence token.
  /// - Returns: The template, with its ``name`` set.
  /// - Throws: ``RESTAError`` with code `invalidTemplate` where there is none of that name.
  public static func builtIn(
    _ name: String, bosToken: String, eosToken: String
  ) throws(RESTAError) -> ChatTemplate {
    guard let found = BuiltInTemplates.all.first(where: { $0.name == name }) else {
      throw RESTAError(
        .invalidTemplate,
        "There is no built-in chat template \"\(name)\". Choose one of: "
          + builtInNames.joined(separator: ", ") + ".")
    }
    return try ChatTemplate(
      source: found.source, bosToken: bosToken, eosToken: eosToken, name: name)
  }
}
