struct JinjaCallArguments {
  var positional: [JinjaValue] = []
  var named: [(name: String, value: JinjaValue)] = []

  /// An argument by its place or by its name, `nil` where it isn't given.
  func value(_ place: Int, _ name: String) -> JinjaValue? {
    if positional.indices.contains(place) { return positional[place] }
    return named.first { $0.name == name }?.value
  }

  /// The arguments from a place on, for a function that passes them on.
  func dropping(_ count: Int) -> JinjaCallArguments {
    JinjaCallArguments(positional: Array(positional.dropFirst(count)), named: named)
  }
}

extension JinjaInterpreter {
  /// Requires that there are no arguments beyond those a function knows.
  func check(
    _ arguments: JinjaCallArguments, of function: String, atMost count: Int,
    named: [String] = []
  ) throws(JinjaFault) {
    guard arguments.positional.count <= count else {
      throw fault("'\(function)' takes at most \(count) arguments")
    }
    for (index, name) in named.enumerated()
    where index < arguments.positional.count && arguments.named.contains(where: { $0.name == name })
    {
      throw fault("'\(function)' got '\(name)' twice")
    }
    if let unknown = arguments.named.first(where: { !named.contains($0.name) }) {
      throw fault("'\(function)' has no argument '\(unknown.name)'")
    }
  }

  func string(_ value: JinjaValue?, of function: String) throws(JinjaFault) -> JinjaText {
    guard case .string(let text)? = value else {
      throw fault("'\(function)' needs a string" + (value.map { ", not a \($0.typeName)" } ?? ""))
    }
    try charge(scalars: text.count)
    return text
  }

  /// A string argument that may be missing or none.
  func optionalString(_ value: JinjaValue?, of function: String) throws(JinjaFault) -> JinjaText? {
    switch value {
    case nil, .some(.none): nil
    default: try string(value, of: function)
    }
  }

  func integer(
    _ value: JinjaValue?, of function: String, default: Int
  ) throws(JinjaFault) -> Int {
    guard let value else { return `default` }
    guard let integer = value.integer else {
      throw fault("'\(function)' needs an integer, not a \(value.typeName)")
    }
    return integer
  }

  private static let functions: Set<String> = ["namespace", "dict", "range", "raise_exception"]

  func isFunction(_ name: String) -> Bool {
    Self.functions.contains(name) || (name == "strftime_now" && now != nil)
  }

  func call(
    _ function: JinjaValue, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    try enter()
    defer { leave() }
    switch function {
    case .macro(let reference): return try call(reference, arguments)
    case .function(let name): return try callFunction(name, arguments)
    case .method(let receiver, let name): return try callMethod(name, of: receiver, arguments)
    case .undefined(let name): throw undefinedFault(name)
    default: throw fault("a \(function.typeName) can't be called")
    }
  }

  private func callFunction(
    _ name: String, _ arguments: JinjaCallArguments
  ) throws(JinjaFault) -> JinjaValue {
    switch name {
    case "namespace":
      namespaces.append(try entries(arguments, of: name))
      return .namespace(namespaces.count - 1)
    case "dict": return try checkingDepth(.dictionary(try entries(arguments, of: name)))
    case "range": return try range(arguments)
    case "strftime_now":
      let format = try string(arguments.value(0, "format"), of: name)
      guard let now else { throw undefinedFault(name) }
      printsDate = true
      return try text(JinjaText(try now.formatted(format.string, fault: fault)))
    default: throw try refusal(arguments)
    }
  }

  /// The fault of a template's own `raise_exception`; content of messages goes into the detail.
  private func refusal(_ arguments: JinjaCallArguments) throws(JinjaFault) -> JinjaFault {
    let reason = try printed(arguments.value(0, "message") ?? .none)
    guard reason.hasOrigin else { return fault("the template refuses: \(reason.string)") }
    return fault("the template refuses the messages", detail: reason.string)
  }

  /// The entries for `dict()` and `namespace()`: a mapping or pairs, and named arguments.
  private func entries(
    _ arguments: JinjaCallArguments, of function: String
  ) throws(JinjaFault) -> JinjaDictionary {
    guard arguments.positional.count <= 1 else {
      throw fault("'\(function)' takes one positional argument at most")
    }
    var result = JinjaDictionary()
    if case .dictionary(let source)? = arguments.positional.first {
      // The first that is set copies all of it.
      try charge(steps: source.keys.count)
      result = source
    } else if let source = arguments.positional.first {
      for pair in try items(of: source) {
        let parts = try items(of: pair)
        if let key = parts.first { try charge(for: key) }
        guard parts.count == 2, result.set(parts[0], parts[1]) else {
          throw fault("'\(function)' needs pairs of a key and a value")
        }
      }
    }
    for (name, value) in arguments.named { result.set(.string(JinjaText(name)), value) }
    return result
  }

  private func range(_ arguments: JinjaCallArguments) throws(JinjaFault) -> JinjaValue {
    try check(arguments, of: "range", atMost: 3)
    var bounds: [Int] = []
    for value in arguments.positional {
      guard let bound = value.integer else {
        throw fault("'range' needs integers, not a \(value.typeName)")
      }
      bounds.append(bound)
    }
    guard let last = bounds.last else { throw fault("'range' needs an argument") }
    let start = bounds.count == 1 ? 0 : bounds[0]
    let stop = bounds.count == 1 ? last : bounds[1]
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw fault("the step of 'range' can't be 0") }
    let numbers = stride(from: start, to: stop, by: step).prefix(limits.range + 1)
    let items = numbers.map(JinjaValue.int)
    guard items.count <= limits.range else {
      throw fault("'range' is longer than \(limits.range)")
    }
    return try sequence(items, kind: .range(start: start, stop: stop, step: step))
  }
}
