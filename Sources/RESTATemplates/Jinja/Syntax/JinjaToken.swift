/// One token of a template.
struct JinjaToken: Sendable {
  /// What the token is.
  enum Kind: Sendable, Equatable {
    /// Text outside tags, whitespace control applied.
    case data(String)
    /// `{{`
    case variableBegin
    /// `}}`
    case variableEnd
    /// `{%`
    case blockBegin
    /// `%}`
    case blockEnd
    /// An identifier or a keyword.
    case name(String)
    /// A string literal, unescaped.
    case string(String)
    /// An integer literal.
    case integer(Int)
    /// A floating-point literal.
    case float(Double)
    /// An operator or a delimiter.
    case symbol(String)
    /// The end of the template.
    case end
  }

  /// What the token is.
  var kind: Kind

  /// Line it starts on, from 1.
  var line: Int
}

extension JinjaToken.Kind {
  /// How error messages call the token.
  var label: String {
    switch self {
    case .data: "text"
    case .variableBegin: "'{{'"
    case .variableEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer, .float: "a number"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }
}
