extension JinjaInterpreter {
  func evaluate(_ expression: JinjaExpression) throws(JinjaFault) -> JinjaValue {
    try charge()
    try enter()
    defer { leave() }
    switch expression {
    case .constant(let value): return value
    case .name(let name, let line):
      self.line = line
      return lookUp(name)
    case .list(let items): return try sequence(try evaluate(items))
    case .tuple(let items): return try sequence(try evaluate(items), kind: .tuple)
    case .dictionary(let pairs): return try dictionary(pairs)
    case .binary(let first, let rest, let line): return try binary(first, rest, line: line)
    case .comparison(let first, let rest, let line):
      return .bool(try comparison(first, rest, line: line))
    case .concatenation(let parts): return try concatenation(parts)
    case .conjunction(let operands): return try firstOperand(operands, thatIs: false)
    case .disjunction(let operands): return try firstOperand(operands, thatIs: true)
    case .negation(let operand): return .bool(!(try evaluate(operand).isTrue))
    case .sign(let isMinus, let operand, let line):
      return try signed(try evaluate(operand), isMinus: isMinus, line: line)
    case .conditional(let then, let condition, let otherwise):
      return try conditional(then, condition, otherwise)
    case .postfix(let base, let chain): return try apply(chain, to: try evaluate(base))
    }
  }

  func evaluate(_ expressions: [JinjaExpression]) throws(JinjaFault) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  /// Applies subscripts, calls, filters and tests, left to right.
  func apply(_ chain: [JinjaPostfix], to base: JinjaValue) throws(JinjaFault) -> JinjaValue {
    var value = base
    for postfix in chain {
      try charge()
      line = postfix.line
      switch postfix.kind {
      case .attribute(let name): value = try attribute(name, of: value)
      case .item(let index): value = try item(try evaluate(index), of: value)
      case .slice(let start, let stop, let step):
        let bounds = (try bound(start), try bound(stop), try bound(step))
        value = try slice(value, start: bounds.0, stop: bounds.1, step: bounds.2)
      case .call(let written): value = try call(value, try evaluate(written))
      case .filter(let name, let written):
        value = try filter(name, value, try evaluate(written))
      case .test(let name, let written, let isNegated):
        value = .bool(try test(name, value, try evaluate(written)) != isNegated)
      }
    }
    return value
  }

  func evaluate(_ written: JinjaArguments) throws(JinjaFault) -> JinjaCallArguments {
    var arguments = JinjaCallArguments(positional: try evaluate(written.positional))
    for (name, expression) in written.named {
      guard !arguments.named.contains(where: { $0.name == name }) else {
        throw fault("the argument '\(name)' is given twice")
      }
      arguments.named.append((name, try evaluate(expression)))
    }
    return arguments
  }

  /// A bound of a slice: none is as good as nothing.
  private func bound(_ expression: JinjaExpression?) throws(JinjaFault) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if case .none = value { return nil }
    guard let bound = value.integer else {
      throw fault("a slice needs integers, not a \(value.typeName)")
    }
    return bound
  }

  private func dictionary(
    _ pairs: [(key: JinjaExpression, value: JinjaExpression)]
  ) throws(JinjaFault) -> JinjaValue {
    var dictionary = JinjaDictionary()
    for pair in pairs {
      let key = try evaluate(pair.key)
      try charge(for: key)
      guard dictionary.set(key, try evaluate(pair.value)) else {
        throw fault("a \(key.typeName) can't be a dictionary's key")
      }
    }
    return try checkingDepth(.dictionary(dictionary))
  }

  private func concatenation(_ parts: [JinjaExpression]) throws(JinjaFault) -> JinjaValue {
    var result = JinjaText()
    for value in try evaluate(parts) { result.append(try softText(value)) }
    return .string(result)
  }

  /// Python's `and` and `or` return an operand: the first that decides, or the last.
  private func firstOperand(
    _ operands: [JinjaExpression], thatIs wanted: Bool
  ) throws(JinjaFault) -> JinjaValue {
    var value = JinjaValue.none
    for operand in operands {
      value = try evaluate(operand)
      if value.isTrue == wanted { return value }
    }
    return value
  }

  private func conditional(
    _ then: JinjaExpression, _ condition: JinjaExpression, _ otherwise: JinjaExpression?
  ) throws(JinjaFault) -> JinjaValue {
    if try evaluate(condition).isTrue { return try evaluate(then) }
    guard let otherwise else { return .undefined(nil) }
    return try evaluate(otherwise)
  }

  /// `value.name`: a method or attribute first, then an entry, as jinja2's `getattr`.
  func attribute(_ name: String, of value: JinjaValue) throws(JinjaFault) -> JinjaValue {
    if let found = try builtInAttribute(name, of: value) { return found }
    if case .dictionary(let dictionary) = value, let entry = dictionary[name: name] {
      return entry
    }
    return .undefined(name)
  }

  /// `value[index]`: an entry first, then a method or attribute, as jinja2's `getitem`.
  func item(_ index: JinjaValue, of value: JinjaValue) throws(JinjaFault) -> JinjaValue {
    try charge(for: index)
    switch value {
    case .undefined(let name): throw undefinedFault(name)
    case .dictionary(let dictionary):
      if let entry = JinjaDictionary.Key(index).flatMap({ dictionary[$0] }) { return entry }
    case .sequence(let sequence) where sequence.kind.hasSubscript:
      if let place = place(index, count: sequence.items.count) { return sequence.items[place] }
    case .string(let text):
      if let place = place(index, count: text.count) {
        return .string(JinjaText(text.units[place..<place + 1], isMarkup: text.isMarkup))
      }
    default: break
    }
    guard case .string(let name) = index else { return .undefined(nil) }
    return try builtInAttribute(name.string, of: value) ?? .undefined(nil)
  }

  /// Python's slices.
  func slice(
    _ value: JinjaValue, start: Int?, stop: Int?, step: Int?
  ) throws(JinjaFault) -> JinjaValue {
    switch value {
    case .string(let text):
      let places = try places(count: text.count, start, stop, step)
      return try self.text(
        JinjaText(places.lazy.map { text.units[$0] }, isMarkup: text.isMarkup))
    case .sequence(let sequence) where sequence.kind.hasSubscript:
      let places = try places(count: sequence.items.count, start, stop, step)
      // A slice of a range is a range in Python; only printing it would tell.
      let kind: JinjaSequence.Kind = sequence.kind == .tuple ? .tuple : .list
      return try self.sequence(places.map { sequence.items[$0] }, kind: kind)
    case .undefined(let name): throw undefinedFault(name)
    default: throw fault("a \(value.typeName) can't be sliced")
    }
  }

  /// The items of something iterable.
  func items(of value: JinjaValue) throws(JinjaFault) -> [JinjaValue] {
    let items: [JinjaValue]
    switch value {
    case .undefined: items = []
    case .sequence(let sequence): items = sequence.items
    case .dictionary(let dictionary): items = dictionary.keys
    case .string(let text):
      try charge(scalars: text.count)
      items = text.units.map { .string(JinjaText([$0], isMarkup: text.isMarkup)) }
    default: throw fault("a \(value.typeName) has no items")
    }
    try charge(steps: items.count)
    return items
  }

  /// The fault for using what isn't there.
  func undefinedFault(_ name: String?) -> JinjaFault {
    let remedy = name == "strftime_now" ? "; give the template a `clock`" : ""
    return fault((name.map { "'\($0)'" } ?? "a value") + " is undefined" + remedy)
  }

  private func builtInAttribute(
    _ name: String, of value: JinjaValue
  ) throws(JinjaFault) -> JinjaValue? {
    switch value {
    case .undefined(let missing): throw undefinedFault(missing)
    case .namespace(let number): return namespaces[number][name: name]
    case .loop(let loop): return loop.attribute(name)
    case .string: return Self.stringMethods.contains(name) ? .method(of: value, name) : nil
    case .dictionary:
      // What would change the dictionary exists in Python, but its sandbox hides it.
      if Self.hiddenDictionaryMethods.contains(name) { return .undefined(name) }
      return Self.dictionaryMethods.contains(name) ? .method(of: value, name) : nil
    case .sequence(let sequence):
      let isListLike = sequence.kind.hasSubscript
      return isListLike && Self.listMethods.contains(name) ? .method(of: value, name) : nil
    case .macro(let reference):
      return name == "name" ? .string(JinjaText(reference.macro.name)) : nil
    default: return nil
    }
  }

  private func place(_ index: JinjaValue, count: Int) -> Int? {
    guard let index = index.integer, index < count, index >= -count else { return nil }
    return index < 0 ? index + count : index
  }

  private func places(
    count: Int, _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(JinjaFault) -> StrideTo<Int> {
    let step = step ?? 1
    guard step != 0 else { throw fault("a slice's step can't be 0") }
    // A step beyond the length is the same as the length, and can't overflow.
    let stride = min(max(step, -count - 1), count + 1)
    func clamped(_ bound: Int?, default: Int) -> Int {
      guard let bound else { return `default` }
      let place = bound < 0 ? max(bound, -count - 1) + count : bound
      return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
    }
    let from = clamped(start, default: step > 0 ? 0 : count - 1)
    let to = clamped(stop, default: step > 0 ? count : -1)
    return Swift.stride(from: from, to: to, by: stride)
  }
}
