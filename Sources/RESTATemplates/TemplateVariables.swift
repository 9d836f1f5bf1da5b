extension TemplateVariable {
  /// Names that mean something already: what `apply_chat_template` passes, and Jinja's own.
  private static let reserved: Set<String> = [
    "messages", "tools", "documents", "add_generation_prompt", "bos_token", "eos_token",
    "strftime_now", "raise_exception", "namespace", "dict", "range", "loop", "caller", "true",
    "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else",
  ]

  /// Reads `NAME=VALUE`: JSON's `true`, `false`, `null` and numbers are those, and all else is text; throws for what
  /// is no name, or one that has a meaning.
  package static func named(
    _ text: String
  ) throws(RESTAError) -> (name: String, value: TemplateVariable) {
    guard let equals = text.firstIndex(of: "=") else {
      throw RESTAError.invalidSetting(
        "The template variable '\(text)' must be NAME=VALUE, such as enable_thinking=false.")
    }
    let name = String(text[..<equals])
    guard let first = name.unicodeScalars.first, !first.isDigit,
      name.unicodeScalars.allSatisfy(\.isIdentifierPart)
    else {
      throw RESTAError.invalidSetting(
        "'\(name)' cannot be a template variable's name: letters, digits and _, no digit first.")
    }
    guard !reserved.contains(name) else {
      throw RESTAError.invalidSetting(
        "The template variable '\(name)' has a meaning of its own: name another.")
    }
    return (name, TemplateVariable(written: String(text[text.index(after: equals)...])))
  }

  /// Reads several; a name may be there once.
  package static func named(
    _ texts: [String]
  ) throws(RESTAError) -> [String: TemplateVariable] {
    var variables: [String: TemplateVariable] = [:]
    for text in texts {
      let (name, value) = try named(text)
      guard variables.updateValue(value, forKey: name) == nil else {
        throw RESTAError.invalidSetting("The template variable '\(name)' is given twice.")
      }
    }
    return variables
  }

  /// A value as an operator writes it.
  private init(written text: String) {
    switch text {
    case "true": self = .boolean(true)
    case "false": self = .boolean(false)
    case "null": self = .none
    default:
      let isNumber = text.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/#) != nil
      if isNumber, let integer = Int(text) {
        self = .integer(integer)
      } else if isNumber, let number = Double(text), number.isFinite {
        self = .number(number)
      } else {
        self = .string(text)
      }
    }
  }

  /// What a value is read from.
  package var written: String {
    switch self {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .none: "null"
    case .list(let items): "[\(items.map(\.written).joined(separator: ", "))]"
    }
  }
}
