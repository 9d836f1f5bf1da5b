/// The variables of one block that has a scope of its own.
struct JinjaScope {
  /// Variables set in this block.
  var variables: [String: JinjaValue] = [:]

  /// The enclosing scope's place on the stack; `nil` for the template itself.
  ///
  /// Not always the one below: a macro's scope sits in the scope that defined the macro.
  let parent: Int?

  /// Tells scopes apart that were at the same place of the stack one after the other.
  let serial: Int
}

extension JinjaInterpreter {
  /// Place of the innermost scope.
  var currentScope: Int { scopes.count - 1 }

  /// Starts a scope, to be ended with `popScope()`.
  func pushScope(parent: Int?) {
    scopes.append(JinjaScope(parent: parent, serial: nextSerial))
    nextSerial += 1
  }

  /// Ends the innermost scope.
  func popScope() { scopes.removeLast() }

  /// Sets a variable of the innermost scope.
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
}
