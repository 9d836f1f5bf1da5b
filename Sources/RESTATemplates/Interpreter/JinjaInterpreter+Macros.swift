/// The variables of one block that has a scope of its own.
struct JinjaScope {
  var variables: [String: JinjaValue] = [:]

  /// The enclosing scope's place on the stack; `nil` for the template itself.
  ///
  /// Not always the one below: a macro's scope sits in the scope that defined the macro.
  let parent: Int?

  /// Tells scopes apart that were at the same place of the stack one after the other.
  let serial: Int
}

extension JinjaInterpreter {
  var currentScope: Int { scopes.count - 1 }

  /// Starts a scope, to be ended with `popScope()`.
  func pushScope(parent: Int?) {
    scopes.append(JinjaScope(parent: parent, serial: nextSerial))
    nextSerial += 1
  }

  func popScope() { scopes.removeLast() }

  func set(_ name: String, _ value: JinjaValue) {
    guard !scopes.isEmpty else { return }
    scopes[currentScope].variables[name] = value
  }

  /// Finds a variable: scopes outwards, then the context, then the global functions.
  func lookUp(_ name: String) -> JinjaValue {
    var place: Int? = scopes.isEmpty ? nil : currentScope
    while let current = place {
      if let value = scopes[current].variables[name] { return value }
      place = scopes[current].parent
    }
    if let value = context[name] { return value }
    return isFunction(name) ? .function(name) : .undefined(name)
  }

  /// Assigns a value to a target, unpacking it for a tuple.
  func assign(_ target: JinjaTarget, _ value: JinjaValue) throws(JinjaFault) {
    switch target {
    case .name(let name): set(name, value)
    case .attribute(let name, let attribute):
      guard case .namespace(let number) = lookUp(name) else {
        throw fault("'\(name)' is not a namespace, so its attributes can't be set")
      }
      namespaces[number].set(.string(JinjaText(attribute)), value)
    case .tuple(let targets):
      let items = try items(of: value)
      guard items.count == targets.count else {
        throw fault("\(items.count) values can't be unpacked into \(targets.count) names")
      }
      for (target, item) in zip(targets, items) { try assign(target, item) }
    }
  }

  /// A macro together with the scope at hand, in which its free names are looked up.
  func reference(to macro: JinjaMacro) -> JinjaValue {
    .macro(
      JinjaMacroReference(
        macro: macro, scope: currentScope, serial: scopes.last?.serial ?? 0))
  }

  /// Calls a macro; its value is the text it writes.
  func call(
    _ reference: JinjaMacroReference, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    let macro = reference.macro
    guard scopes.indices.contains(reference.scope),
      scopes[reference.scope].serial == reference.serial
    else {
      throw fault("the macro '\(macro.name)' is called outside the block that defines it")
    }
    guard arguments.positional.count <= macro.parameters.count else {
      throw fault("the macro '\(macro.name)' takes \(macro.parameters.count) arguments")
    }
    let callLine = line
    let outer = startCapture()
    pushScope(parent: reference.scope)
    try bind(macro, arguments)
    try executeOutsideLoops(macro.body)
    popScope()
    line = callLine
    return try text(endCapture(outer))
  }

  /// Runs a `call` block: the called macro sees the block's body as `caller`.
  func executeCallBlock(
    _ function: JinjaExpression, _ written: JinjaArguments, caller: JinjaMacro
  ) throws(JinjaFault) {
    let function = try evaluate(function)
    var arguments = try evaluate(written)
    arguments.named.append(("caller", reference(to: caller)))
    try write(try printed(try self.call(function, arguments)))
  }

  private func bind(
    _ macro: JinjaMacro, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) {
    var named = arguments.named
    if macro.usesCaller { set("caller", .undefined("caller")) }
    for (index, parameter) in macro.parameters.enumerated() {
      let place = named.firstIndex { $0.name == parameter.name }
      let given = place.map { named.remove(at: $0).value }
      if index < arguments.positional.count {
        guard given == nil else {
          throw fault("the macro '\(macro.name)' got '\(parameter.name)' twice")
        }
        set(parameter.name, arguments.positional[index])
      } else if let given {
        set(parameter.name, given)
      } else if let expression = parameter.defaultValue {
        set(parameter.name, try evaluate(expression))
      } else {
        set(parameter.name, .undefined(parameter.name))
      }
    }
    for argument in named {
      guard argument.name == "caller", macro.usesCaller else {
        throw fault("the macro '\(macro.name)' has no parameter '\(argument.name)'")
      }
      set("caller", argument.value)
    }
  }
}
