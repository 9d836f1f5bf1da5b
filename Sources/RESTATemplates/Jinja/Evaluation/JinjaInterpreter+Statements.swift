extension JinjaInterpreter {
  /// How a run of statements ended.
  enum Flow {
    case normal
    case breakLoop
    case continueLoop
  }

  /// Runs statements in order.
  func execute(_ statements: [JinjaStatement]) throws(JinjaFault) -> Flow {
    for statement in statements {
      line = statement.line
      try charge()
      try enter()
      let flow = try execute(statement)
      leave()
      if case .normal = flow { continue }
      return flow
    }
    return .normal
  }

  private func execute(_ statement: JinjaStatement) throws(JinjaFault) -> Flow {
    switch statement.kind {
    case .text(let text): try write(JinjaText(text))
    case .output(let expression): try write(try printed(try evaluate(expression)))
    case .branches(let branches, let otherwise):
      return try executeBranches(branches, otherwise: otherwise)
    case .loop(let loop): try execute(loop)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .set(let target, let expression): try assign(target, try evaluate(expression))
    case .setBlock(let target, let filters, let body):
      let text = try captureBody(body)
      try assign(target, try apply(filters, to: try self.text(text)))
    case .macro(let macro): set(macro.name, reference(to: macro))
    case .callBlock(let call, let caller): try executeCallBlock(call, caller: caller)
    case .filterBlock(let filters, let body):
      let text = try captureBody(body)
      try write(try printed(try apply(filters, to: try self.text(text))))
    case .scope(let variables, let body): return try executeScope(variables, body: body)
    }
    return .normal
  }

  private func write(_ text: JinjaText) throws(JinjaFault) {
    try charge(scalars: text.count)
    output.append(text)
  }

  private func captureBody(_ body: [JinjaStatement]) throws(JinjaFault) -> JinjaText {
    let outer = startCapture()
    pushScope(parent: currentScope)
    _ = try execute(body)
    popScope()
    return endCapture(outer)
  }

  private func executeBranches(
    _ branches: [(condition: JinjaExpression, body: [JinjaStatement])],
    otherwise: [JinjaStatement]
  ) throws(JinjaFault) -> Flow {
    for branch in branches where try evaluate(branch.condition).isTrue {
      return try execute(branch.body)
    }
    return try execute(otherwise)
  }

  private func executeScope(
    _ variables: [(target: JinjaTarget, value: JinjaExpression)], body: [JinjaStatement]
  ) throws(JinjaFault) -> Flow {
    var values: [JinjaValue] = []
    for variable in variables { values.append(try evaluate(variable.value)) }
    pushScope(parent: currentScope)
    for (variable, value) in zip(variables, values) { try assign(variable.target, value) }
    let flow = try execute(body)
    popScope()
    return flow
  }
}
