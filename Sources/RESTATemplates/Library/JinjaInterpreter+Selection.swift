extension JinjaInterpreter {
  /// `map`, `select`, `reject` and their likes; `nil` where the name is none of theirs.
  func selectionFilter(
    _ name: String, _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue? {
    switch name {
    case "map": try mapped(value, arguments)
    case "select", "reject":
      try selected(value, arguments, path: [], keeps: name == "select")
    case "selectattr", "rejectattr":
      try selected(
        value, arguments.dropping(1), path: try path(arguments.positional.first, of: name),
        keeps: name == "selectattr")
    default: nil
    }
  }

  private func mapped(
    _ value: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    // Not an optional filter's business: Jinja maps nothing that is false, whatever its type.
    guard value.isTrue else { return try sequence([], kind: .generator) }
    var mapped: [JinjaValue] = []
    if arguments.positional.isEmpty, let attribute = arguments.value(0, "attribute") {
      let path = try path(attribute, of: "map")
      let named = arguments.named.first { $0.name == "default" }?.value
      let fallback: JinjaValue? = if case .some(.none) = named { nil } else { named }
      for item in try items(of: value) {
        mapped.append(try follow(path, from: item, default: fallback))
      }
    } else {
      let name = try functionName(arguments.positional.first, of: "map")
      let rest = arguments.dropping(1)
      for item in try items(of: value) {
        try enter()
        mapped.append(try filter(name, item, rest))
        leave()
      }
    }
    return try sequence(mapped, kind: .generator)
  }

  /// A filter's or a test's name as an argument; errors quote it, so content can't be one.
  private func functionName(
    _ value: JinjaValue?, of function: String
  ) throws(JinjaFault) -> String {
    let name = try string(value, of: function)
    guard !name.hasOrigin else { throw fault("'\(function)' takes no name from a message") }
    return name.string
  }

  private func selected(
    _ value: JinjaValue, _ arguments: JinjaCallArguments, path: [JinjaValue], keeps: Bool
  ) throws(JinjaFault) -> JinjaValue {
    guard value.isTrue else { return try sequence([], kind: .generator) }
    let testName = try arguments.positional.first.map { first throws(JinjaFault) in
      try functionName(first, of: "select")
    }
    let rest = arguments.dropping(1)
    var kept: [JinjaValue] = []
    for item in try items(of: value) {
      let subject = try follow(path, from: item)
      let passes = try testName.map { name throws(JinjaFault) in
        try test(name, subject, rest)
      }
      if passes ?? subject.isTrue == keeps { kept.append(item) }
    }
    return try sequence(kept, kind: .generator)
  }

  /// What sorting compares: strings without their case, unless asked otherwise.
  func sortKey(_ value: JinjaValue, keepsCase: Bool) throws(JinjaFault) -> JinjaValue {
    guard !keepsCase, case .string(let text) = value else { return value }
    return try self.text(text.lowercased)
  }

  /// The items in order of their keys; equal keys keep their order, reversed or not, as Python's
  /// `sorted` has it.
  func sorted(
    _ keyed: [(key: JinjaValue, item: JinjaValue)], reverse: JinjaValue?
  ) throws(JinjaFault) -> [JinjaValue] {
    let isReversed = reverse?.isTrue ?? false
    return try sorted(keyed) { left, right throws(JinjaFault) in
      isReversed ? try isLess(right.key, left.key) : try isLess(left.key, right.key)
    }.map(\.item)
  }

  /// A stable merge sort: the standard library promises stability for no sort.
  func sorted<Element>(
    _ elements: [Element], by isLess: (Element, Element) throws(JinjaFault) -> Bool
  ) throws(JinjaFault) -> [Element] {
    guard elements.count > 1 else { return elements }
    let middle = elements.count / 2
    let left = try sorted(Array(elements[..<middle]), by: isLess)
    let right = try sorted(Array(elements[middle...]), by: isLess)
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if try isLess(right[j], left[i]) {
        result.append(right[j])
        j += 1
      } else {
        result.append(left[i])
        i += 1
      }
    }
    return result + left[i...] + right[j...]
  }

  /// The parts of an attribute path: `"a.b.0"`, or one index.
  func path(_ value: JinjaValue?, of function: String) throws(JinjaFault) -> [JinjaValue] {
    switch value {
    case nil, .some(.none): return []
    case .int(let index)?: return [.int(index)]
    case .string(let text)?:
      try charge(scalars: text.count)
      return text.split(separator: JinjaText("."), limit: .max).map { part in
        let isIndex = part.consists(of: \.isDigit)
        return isIndex ? Int(part.string).map(JinjaValue.int) ?? .string(part) : .string(part)
      }
    default: throw fault("the attribute for '\(function)' must be a string")
    }
  }

  /// What a path leads to.
  func follow(
    _ path: [JinjaValue], from value: JinjaValue, default fallback: JinjaValue? = nil
  ) throws(JinjaFault) -> JinjaValue {
    var value = value
    for part in path {
      value = try item(part, of: value)
      if let fallback, value.isUndefined { value = fallback }
    }
    return value
  }
}
