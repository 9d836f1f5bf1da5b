/// A value of a template, with Python's types.
indirect enum JinjaValue: Sendable {
  /// What isn't there; the variable's name where it is known.
  case undefined(String?)
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(JinjaText)
  case sequence(JinjaSequence)
  case dictionary(JinjaDictionary)
  /// A `namespace()`, by its number: the interpreter holds the attributes, so no cycle can leak.
  case namespace(Int)
  case loop(JinjaLoopState)
  case macro(JinjaMacroReference)
  /// A global function, by name.
  case function(String)
  /// A method that was looked up and may be called.
  case method(of: JinjaValue, String)

  init(_ variable: TemplateVariable) {
    self =
      switch variable {
      case .boolean(let value): .bool(value)
      case .integer(let value): .int(value)
      case .number(let value): .float(value)
      case .string(let value): .string(JinjaText(value))
      case .none: .none
      case .list(let items): .sequence(JinjaSequence(items.map(JinjaValue.init)))
      }
  }

  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  /// Python's truth value.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .string(let text): !text.isEmpty
    case .sequence(let sequence): sequence.kind == .generator || !sequence.items.isEmpty
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .namespace, .loop, .macro, .function, .method: true
    }
  }

  /// Python's name of the type, for error messages.
  var typeName: String {
    switch self {
    case .undefined: "undefined"
    case .none: "none"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "str"
    case .sequence(let sequence): sequence.kind.typeName
    case .dictionary: "dict"
    case .namespace: "namespace"
    case .loop: "loop"
    case .macro, .function, .method: "function"
    }
  }

  /// How deep lists are nested in the value.
  var depth: Int {
    switch self {
    case .sequence(let sequence): sequence.depth
    case .dictionary(let dictionary): dictionary.depth
    case .loop(let loop): loop.depth
    case .method(let receiver, _): receiver.depth + 1
    default: 0
    }
  }

  /// The number as an integer, booleans included, as Python has it.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number, of any type.
  var number: Double? {
    if case .float(let value) = self { value } else { integer.map(Double.init) }
  }
}

/// What the `loop` variable knows.
struct JinjaLoopState: Sendable {
  var items: [JinjaValue]
  /// Place of the item at hand, from 0.
  var index: Int
  /// How deep lists are nested in the items.
  var depth: Int
}

/// A macro and the scope it was defined in.
struct JinjaMacroReference: Sendable {
  var macro: JinjaMacro
  /// Where the scope is on the interpreter's stack.
  var scope: Int
  /// The scope's serial number: a scope that has ended must not be mistaken for its successor.
  var serial: Int
}
