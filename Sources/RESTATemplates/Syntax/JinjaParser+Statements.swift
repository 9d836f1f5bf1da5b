extension JinjaParser {
  /// Parses up to a block that starts with one of the keywords, and past the keyword.
  ///
  /// The end of the template ends the statements only where there are no keywords.
  mutating func statements(until endings: [String]) throws(JinjaFault) -> [JinjaStatement] {
    var body: [JinjaStatement] = []
    while true {
      let start = line
      switch current {
      case .data(let text):
        advance()
        body.append(JinjaStatement(kind: .text(text), line: start))
      case .variableBegin:
        advance()
        body.append(JinjaStatement(kind: .output(try tupleOrExpression()), line: start))
        try expect(.variableEnd)
      case .blockBegin:
        advance()
        if case .name(let name) = current, endings.contains(name) { return body }
        body.append(JinjaStatement(kind: try statement(), line: start))
        try expect(.blockEnd)
      default:
        guard endings.isEmpty else {
          throw fault("the template ends where '\(endings.joined(separator: "' or '"))' is due")
        }
        return body
      }
    }
  }

  /// Parses a block's body, from the end of its opening tag past the closing keyword, which comes with it.
  mutating func body(
    until endings: [String]
  ) throws(JinjaFault) -> (body: [JinjaStatement], ending: String) {
    // Jinja allows a colon here for those used to Python.
    _ = skip(symbol: ":")
    try expect(.blockEnd)
    let statements = try statements(until: endings)
    return (statements, try expectName())
  }

  private mutating func statement() throws(JinjaFault) -> JinjaStatement.Kind {
    try enter()
    defer { leave() }
    let keyword = try expectName()
    switch keyword {
    case "if": return try branches()
    case "for": return try loop()
    case "set": return try assignment()
    case "macro": return try macro()
    case "call": return try callBlock()
    case "filter": return try filterBlock()
    case "with": return try withBlock()
    case "generation":
      return .scope([], body: try body(until: ["endgeneration"]).body)
    case "break": return .breakLoop
    case "continue": return .continueLoop
    case "print":
      // Several values are no tuple here: each is printed.
      var parts = [try expression()]
      while skip(symbol: ",") { parts.append(try expression()) }
      return .output(.concatenation(parts))
    case "block", "extends", "include", "import", "from", "do", "autoescape", "trans":
      throw fault("the tag '\(keyword)' is not supported in a chat template")
    default: throw fault("unknown tag '\(keyword)'")
    }
  }

  private mutating func branches() throws(JinjaFault) -> JinjaStatement.Kind {
    var branches: [(condition: JinjaExpression, body: [JinjaStatement])] = []
    var otherwise: [JinjaStatement] = []
    var ending = "elif"
    while ending == "elif" {
      let condition = try tupleOrExpression(allowsConditional: false)
      let part = try body(until: ["elif", "else", "endif"])
      branches.append((condition, part.body))
      ending = part.ending
    }
    if ending == "else" { otherwise = try body(until: ["endif"]).body }
    return .branches(branches, otherwise: otherwise)
  }

  private mutating func loop() throws(JinjaFault) -> JinjaStatement.Kind {
    let target = try target()
    try expect(.name("in"))
    let sequence = try tupleOrExpression(allowsConditional: false)
    let condition = skip(keyword: "if") ? try expression() : nil
    guard current != .name("recursive") else { throw fault("recursive loops are not supported") }
    let part = try body(until: ["endfor", "else"])
    let otherwise = part.ending == "else" ? try body(until: ["endfor"]).body : []
    return .loop(
      JinjaLoop(
        target: target, sequence: sequence, condition: condition, body: part.body,
        otherwise: otherwise))
  }

  private mutating func assignment() throws(JinjaFault) -> JinjaStatement.Kind {
    let target = try target(allowsAttribute: true)
    if skip(symbol: "=") { return .set(target, try tupleOrExpression()) }
    var filters: [JinjaPostfix] = []
    while skip(symbol: "|") { filters.append(try filter()) }
    return .setBlock(target, filters: filters, body: try body(until: ["endset"]).body)
  }

  private mutating func filterBlock() throws(JinjaFault) -> JinjaStatement.Kind {
    var filters = [try filter()]
    while skip(symbol: "|") { filters.append(try filter()) }
    return .filterBlock(filters, body: try body(until: ["endfilter"]).body)
  }

  private mutating func withBlock() throws(JinjaFault) -> JinjaStatement.Kind {
    var variables: [(target: JinjaTarget, value: JinjaExpression)] = []
    while current != .blockEnd {
      if !variables.isEmpty { try expect(.symbol(",")) }
      let target = try target()
      try expect(.symbol("="))
      variables.append((target, try expression()))
    }
    return .scope(variables, body: try body(until: ["endwith"]).body)
  }

  /// Parses a macro from behind its keyword.
  mutating func macro() throws(JinjaFault) -> JinjaStatement.Kind {
    let name = try assignableName()
    let parameters = try signature()
    return .macro(try macro(name, parameters, until: "endmacro"))
  }

  private mutating func macro(
    _ name: String, _ parameters: [JinjaMacro.Parameter], until ending: String
  ) throws(JinjaFault) -> JinjaMacro {
    let start = index
    let body = try body(until: [ending]).body
    let usesCaller = (start..<index).contains { place in
      tokens[place].kind == .name("caller") && tokens[place - 1].kind != .symbol(".")
    }
    return JinjaMacro(name: name, parameters: parameters, body: body, usesCaller: usesCaller)
  }

  /// Parses a `call` block from behind its keyword.
  mutating func callBlock() throws(JinjaFault) -> JinjaStatement.Kind {
    let parameters = current == .symbol("(") ? try signature() : []
    guard case .postfix(let base, let chain) = try expression(),
      case .call(let arguments)? = chain.last?.kind
    else { throw fault("the tag 'call' needs a call") }
    return .callBlock(
      .postfix(base, chain.dropLast()), arguments,
      caller: try macro("caller", parameters, until: "endcall"))
  }

  /// Parses what may stand left of `=` or of a loop's `in`.
  mutating func target(allowsAttribute: Bool = false) throws(JinjaFault) -> JinjaTarget {
    var targets: [JinjaTarget] = []
    var isTuple = false
    while current != .name("in"), current != .symbol("="), current != .symbol(")") {
      targets.append(try simpleTarget(allowsAttribute: allowsAttribute))
      guard skip(symbol: ",") else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected(wanted: "a name") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func simpleTarget(allowsAttribute: Bool) throws(JinjaFault) -> JinjaTarget {
    if skip(symbol: "(") {
      try enter()
      defer { leave() }
      let inner = try target(allowsAttribute: allowsAttribute)
      try expect(.symbol(")"))
      return inner
    }
    let name = try assignableName()
    guard allowsAttribute, skip(symbol: ".") else { return .name(name) }
    return .attribute(of: name, try expectName())
  }

  private mutating func assignableName() throws(JinjaFault) -> String {
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw fault("can't assign to '\(name)'")
    }
    return name
  }

  private mutating func signature() throws(JinjaFault) -> [JinjaMacro.Parameter] {
    var parameters: [JinjaMacro.Parameter] = []
    try expect(.symbol("("))
    while current != .symbol(")") {
      if !parameters.isEmpty { try expect(.symbol(",")) }
      let name = try assignableName()
      let hasDefault = skip(symbol: "=")
      guard hasDefault || parameters.last?.defaultValue == nil else {
        throw fault("a parameter without a default follows one with a default")
      }
      let defaultValue = hasDefault ? try expression() : nil
      parameters.append(JinjaMacro.Parameter(name: name, defaultValue: defaultValue))
    }
    try expect(.symbol(")"))
    return parameters
  }
}
