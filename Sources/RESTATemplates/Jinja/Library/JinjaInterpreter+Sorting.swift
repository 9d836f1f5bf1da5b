extension JinjaInterpreter {
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
