/// A statement of a template.
struct JinjaStatement: Sendable {
  /// What the statement does.
  indirect enum Kind: Sendable {
    /// Text outside tags.
    case text(String)
    /// `{{ expression }}`
    case output(JinjaExpression)
    /// `if`, its `elif` branches, and `else`.
    case branches(
      [(condition: JinjaExpression, body: [JinjaStatement])], otherwise: [JinjaStatement])
    /// `for`
    case loop(JinjaLoop)
    /// `break`
    case breakLoop
    /// `continue`
    case continueLoop
    /// `set target = value`
    case set(JinjaTarget, JinjaExpression)
    /// `set target`, with a body and filters for it.
    case setBlock(JinjaTarget, filters: [JinjaPostfix], body: [JinjaStatement])
    /// `macro`
    case macro(JinjaMacro)
    /// `call`: the call, and the body that its `caller()` renders.
    case callBlock(JinjaExpression, caller: JinjaMacro)
    /// `filter`
    case filterBlock([JinjaPostfix], body: [JinjaStatement])
    /// `with`, and Hugging Face's `generation` (without variables): a scope of its own.
    case scope([(target: JinjaTarget, value: JinjaExpression)], body: [JinjaStatement])
  }

  /// What the statement does.
  var kind: Kind

  /// Line it starts on.
  var line: Int
}

/// A `for` loop.
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
