/// A parsed template.
struct JinjaProgram: Sendable {
  /// The template's statements in order.
  let body: [JinjaStatement]

  /// Parses Jinja source with the settings Hugging Face uses (`trim_blocks`, `lstrip_blocks`).
  init(source: String) throws(JinjaFault) {
    let scalars = Array(source.unicodeScalars)
    guard scalars.count <= JinjaLimits.sourceLength else {
      throw JinjaFault(
        message: "the source is longer than \(JinjaLimits.sourceLength) characters", line: 1)
    }
    var lexer = JinjaLexer(scalars)
    var parser = JinjaParser(tokens: try lexer.scan())
    self.body = try parser.program()
  }
}

/// A statement of a template.
struct JinjaStatement: Sendable {
  indirect enum Kind: Sendable {
    /// Text outside tags.
    case text(String)
    /// `{{ expression }}`
    case output(JinjaExpression)
    /// `if`, its `elif` branches, and `else`.
    case branches(
      [(condition: JinjaExpression, body: [JinjaStatement])], otherwise: [JinjaStatement])
    case loop(JinjaLoop)
    case breakLoop
    case continueLoop
    /// `set target = value`
    case set(JinjaTarget, JinjaExpression)
    /// `set target`, with a body and filters for it.
    case setBlock(JinjaTarget, filters: [JinjaPostfix], body: [JinjaStatement])
    case macro(JinjaMacro)
    /// `call`: what is called, its arguments, and the body that its `caller()` renders.
    case callBlock(JinjaExpression, JinjaArguments, caller: JinjaMacro)
    case filterBlock([JinjaPostfix], body: [JinjaStatement])
    /// `with`, and Hugging Face's `generation` (without variables): a scope of its own.
    case scope([(target: JinjaTarget, value: JinjaExpression)], body: [JinjaStatement])
  }

  var kind: Kind
  var line: Int
}

struct JinjaLoop: Sendable {
  var target: JinjaTarget
  var sequence: JinjaExpression
  var condition: JinjaExpression?
  var body: [JinjaStatement]
  var otherwise: [JinjaStatement]
}

/// A macro, or the body of a `call` block.
struct JinjaMacro: Sendable {
  /// One parameter; its default is evaluated at each call.
  struct Parameter: Sendable {
    var name: String
    var defaultValue: JinjaExpression?
  }

  var name: String
  var parameters: [Parameter]
  var body: [JinjaStatement]
  /// Whether the body names `caller`; a `call` block of a macro that does not would be lost.
  var usesCaller: Bool
}

/// What an assignment assigns to.
indirect enum JinjaTarget: Sendable {
  /// A variable of the current scope.
  case name(String)
  /// An attribute of a namespace.
  case attribute(of: String, String)
  /// Several targets, for unpacking.
  case tuple([JinjaTarget])
}

/// An expression of a template.
///
/// Chains (`a + b + c`, `x|f|g.h()`) are flat lists, so that the tree is no deeper than the
/// nesting of brackets in the source, which the parser bounds.
indirect enum JinjaExpression: Sendable {
  /// A literal; a string's scalars are converted once, for each use of a long one would be work again.
  case constant(JinjaValue)
  /// A variable.
  case name(String, line: Int)
  /// `[a, b]`
  case list([JinjaExpression])
  /// `(a, b)`
  case tuple([JinjaExpression])
  /// `{a: b}`
  case dictionary([(key: JinjaExpression, value: JinjaExpression)])
  /// Operators of one precedence, left to right.
  case binary(JinjaExpression, [(operation: JinjaOperator, operand: JinjaExpression)], line: Int)
  /// `a < b <= c`
  case comparison(
    JinjaExpression, [(operation: JinjaComparison, operand: JinjaExpression)], line: Int)
  /// `a ~ b`
  case concatenation([JinjaExpression])
  /// `a and b and c`
  case conjunction([JinjaExpression])
  /// `a or b or c`
  case disjunction([JinjaExpression])
  /// `not a`, so many times.
  case negation(JinjaExpression)
  /// `-a` or `+a`
  case sign(isMinus: Bool, JinjaExpression, line: Int)
  /// `a if b else c`
  case conditional(then: JinjaExpression, condition: JinjaExpression, otherwise: JinjaExpression?)
  /// Subscripts, calls, filters and tests, left to right.
  case postfix(JinjaExpression, [JinjaPostfix])
}

enum JinjaOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum JinjaComparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

struct JinjaPostfix: Sendable {
  enum Kind: Sendable {
    /// `.name`
    case attribute(String)
    /// `[index]`
    case item(JinjaExpression)
    /// `[start:stop:step]`
    case slice(start: JinjaExpression?, stop: JinjaExpression?, step: JinjaExpression?)
    /// `(arguments)`
    case call(JinjaArguments)
    /// `|name(arguments)`
    case filter(String, JinjaArguments)
    /// `is name(arguments)`, or `is not`
    case test(String, JinjaArguments, isNegated: Bool)
  }

  var kind: Kind
  var line: Int
}

/// Arguments of a call, as written.
struct JinjaArguments: Sendable {
  var positional: [JinjaExpression] = []
  var named: [(name: String, value: JinjaExpression)] = []
}
