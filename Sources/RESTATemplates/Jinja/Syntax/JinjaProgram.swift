/// A parsed template.
struct JinjaProgram: Sendable {
  /// The template's statements in order.
  let body: [JinjaStatement]

  /// Parses Jinja source with the settings Hugging Face uses (`trim_blocks`, `lstrip_blocks`).
  init(source: String) throws(JinjaFault) {
    let scalars = Array(source.unicodeScalars)
    guard scalars.count <= JinjaLimits.sourceLength else {
      throw JinjaFault(
        message: "the source is longer than \(JinjaLimits.sourceLength) characters", line: 1)
    }
    var lexer = JinjaLexer(scalars)
    var parser = JinjaParser(tokens: try lexer.scan())
    self.body = try parser.program()
  }
}
