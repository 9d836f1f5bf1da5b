extension JinjaInterpreter {
  /// Runs a `for` loop; each round has a scope of its own, so what it sets doesn't outlive it.
  func execute(_ loop: JinjaLoop) throws(JinjaFault) {
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
    guard !hasFinishedRound else { return }
    pushScope(parent: currentScope)
    _ = try execute(loop.otherwise)
    popScope()
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
