extension JinjaInterpreter {
  /// How a run of statements ended.
  enum Flow {
    case normal
    case breakLoop
    case continueLoop
  }

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

  /// Runs a body that no loop is around: a tag that would leave one would drop what follows in silence.
  func executeOutsideLoops(_ body: [JinjaStatement]) throws(JinjaFault) {
    guard case .normal = try execute(body) else {
      throw fault("'break' or 'continue' stands in no loop")
    }
  }

  private func execute(_ statement: JinjaStatement) throws(JinjaFault) -> Flow {
    switch statement.kind {
    case .text(let text): try write(JinjaText(text))
    case .output(let expression): try write(try printed(try evaluate(expression)))
    case .branches(let branches, let otherwise):
      for branch in branches where try evaluate(branch.condition).isTrue {
        return try execute(branch.body)
      }
      return try execute(otherwise)
    case .loop(let loop): return try execute(loop)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .set(let target, let expression): try assign(target, try evaluate(expression))
    case .setBlock(let target, let filters, let body):
      return try capture(body, filters) { value throws(JinjaFault) in try assign(target, value) }
    case .macro(let macro): set(macro.name, reference(to: macro))
    case .callBlock(let function, let arguments, let caller):
      try executeCallBlock(function, arguments, caller: caller)
    case .filterBlock(let filters, let body):
      return try capture(body, filters) { value throws(JinjaFault) in
        try write(try printed(value))
      }
    case .scope(let variables, let body): return try executeScope(variables, body: body)
    }
    return .normal
  }

  func write(_ text: JinjaText) throws(JinjaFault) {
    try charge(scalars: text.count)
    output.append(text)
  }

  /// Uses what a block writes, filtered; a tag that leaves the loop around the block drops that.
  private func capture(
    _ body: [JinjaStatement], _ filters: [JinjaPostfix],
    _ use: (JinjaValue) throws(JinjaFault) -> Void
  ) throws(JinjaFault) -> Flow {
    let outer = startCapture()
    pushScope(parent: currentScope)
    let flow = try execute(body)
    popScope()
    let text = endCapture(outer)
    if case .normal = flow { try use(try apply(filters, to: try self.text(text))) }
    return flow
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

  /// Runs a `for` loop; each round has a scope of its own, so what it sets doesn't outlive it.
  func execute(_ loop: JinjaLoop) throws(JinjaFault) -> Flow {
    let items = try filteredItems(of: loop)
    let depth = items.lazy.map(\.depth).max() ?? 0
    var hasFinishedRound = false
    for index in items.indices {
      try charge()
      let state = JinjaLoopState(items: items, index: index, depth: depth + 1)
      pushScope(parent: currentScope)
      set("loop", .loop(state))
      try assign(loop.target, items[index])
      let flow = try execute(loop.body)
      popScope()
      if case .breakLoop = flow { break }
      if case .normal = flow { hasFinishedRound = true }
    }
    // jinja2 runs `else` where no round came to its end: also after a `break` in the first one.
    guard !hasFinishedRound else { return .normal }
    pushScope(parent: currentScope)
    // A tag in there is that of a loop around this one.
    let flow = try execute(loop.otherwise)
    popScope()
    return flow
  }

  private func filteredItems(of loop: JinjaLoop) throws(JinjaFault) -> [JinjaValue] {
    let items = try items(of: try evaluate(loop.sequence))
    guard let condition = loop.condition else { return items }
    var kept: [JinjaValue] = []
    for item in items {
      pushScope(parent: currentScope)
      try assign(loop.target, item)
      if try evaluate(condition).isTrue { kept.append(item) }
      popScope()
    }
    return kept
  }
}

extension JinjaLoopState {
  /// An attribute of the `loop` variable, `nil` where there is none of that name.
  func attribute(_ name: String) -> JinjaValue? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(items.count - index)
    case "revindex0": .int(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .int(items.count)
    // How deep a recursive loop is in itself; recursive loops are not supported.
    case "depth": .int(1)
    case "depth0": .int(0)
    case "previtem": index > 0 ? items[index - 1] : .undefined("loop.previtem")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined("loop.nextitem")
    case "cycle": .method(of: .loop(self), "cycle")
    default: nil
    }
  }
}
