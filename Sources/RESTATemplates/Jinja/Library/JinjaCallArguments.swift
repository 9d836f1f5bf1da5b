/// Arguments of a call, evaluated.
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

  /// A string argument.
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

  /// An integer argument that may be missing.
  func integer(
    _ value: JinjaValue?, of function: String, default: Int
  ) throws(JinjaFault) -> Int {
    guard let value else { return `default` }
    guard let integer = value.integer else {
      throw fault("'\(function)' needs an integer, not a \(value.typeName)")
    }
    return integer
  }
}
