extension JinjaParser {
  /// Parses a macro from behind its keyword.
  mutating func macro() throws(JinjaFault) -> JinjaStatement.Kind {
    let name = try assignableName()
    let parameters = try signature()
    return .macro(
      JinjaMacro(name: name, parameters: parameters, body: try body(until: ["endmacro"]).body))
  }

  /// Parses a `call` block from behind its keyword.
  mutating func callBlock() throws(JinjaFault) -> JinjaStatement.Kind {
    let parameters = current == .symbol("(") ? try signature() : []
    let call = try expression()
    guard case .postfix(_, let chain) = call, case .call? = chain.last?.kind else {
      throw fault("the tag 'call' needs a call")
    }
    let body = try body(until: ["endcall"]).body
    return .callBlock(call, caller: JinjaMacro(name: "caller", parameters: parameters, body: body))
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
