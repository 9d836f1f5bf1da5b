/// Runs a parsed template over a context.
///
/// One interpreter renders once. It is a class because evaluation is a deep mutual recursion over
/// one piece of state, which never leaves the rendering call.
final class JinjaInterpreter {
  /// What the template may use.
  let limits: JinjaLimits

  /// What `strftime_now` prints.
  let now: TemplateDate?

  /// Variables of the rendering call, under everything the template sets.
  var context: [String: JinjaValue] = [:]

  /// Attributes of the namespaces made so far.
  var namespaces: [JinjaDictionary] = []

  /// Line of the template at work, for faults.
  var line = 1

  /// Text written so far; blocks that capture swap it.
  var output = JinjaText()

  /// Scopes, innermost last.
  var scopes: [JinjaScope] = []

  /// Serial number of the next scope.
  var nextSerial = 0

  private var steps = 0
  private var scalars = 0
  private var depth = 0

  init(limits: JinjaLimits, now: TemplateDate?) {
    self.limits = limits
    self.now = now
  }

  /// Renders a program.
  func run(
    _ program: JinjaProgram, context: [String: JinjaValue]
  ) throws(JinjaFault) -> JinjaText {
    self.context = context
    pushScope(parent: nil)
    _ = try execute(program.body)
    popScope()
    return output
  }

  /// A fault at the line at work.
  func fault(_ message: String, detail: String? = nil) -> JinjaFault {
    JinjaFault(message: message, line: line, sensitiveDetail: detail)
  }

  /// Pays for work: nodes visited, items looked at.
  func charge(steps count: Int = 1) throws(JinjaFault) {
    guard count <= limits.steps - steps else {
      throw fault("the template needs more than \(limits.steps) steps")
    }
    steps += count
  }

  /// Pays for text that was made or searched.
  func charge(scalars count: Int) throws(JinjaFault) {
    guard count <= limits.scalars - scalars else {
      throw fault("the template makes more than \(limits.scalars) characters of text")
    }
    scalars += count
  }

  /// Pays for a text before it is made into a value.
  func text(_ text: JinjaText) throws(JinjaFault) -> JinjaValue {
    try charge(scalars: text.count)
    return .string(text)
  }

  /// Makes a list, after checking its size and how deep it nests.
  func sequence(
    _ items: [JinjaValue], kind: JinjaSequence.Kind = .list
  ) throws(JinjaFault) -> JinjaValue {
    try charge(steps: items.count)
    return try checkingDepth(.sequence(JinjaSequence(items, kind: kind)))
  }

  /// Refuses lists nested too deep: they are compared, printed and freed recursively.
  func checkingDepth(_ value: JinjaValue) throws(JinjaFault) -> JinjaValue {
    guard value.depth <= limits.valueDepth else {
      throw fault("lists are nested deeper than \(limits.valueDepth)")
    }
    return value
  }

  /// Starts something nested, to be ended with `leave()`.
  ///
  /// Pairs of calls, here and below, and not closures: their frames would double the stack that
  /// an evaluation takes. After a fault nothing needs ending, because the rendering is lost.
  func enter() throws(JinjaFault) {
    guard depth < limits.depth else {
      throw fault("expressions, blocks or macro calls are nested deeper than \(limits.depth)")
    }
    depth += 1
  }

  /// Ends what `enter()` started.
  func leave() { depth -= 1 }

  /// Starts to collect what is written; returns what was written before.
  func startCapture() -> JinjaText {
    let outer = output
    output = JinjaText()
    return outer
  }

  /// Ends collecting, and returns what was collected.
  func endCapture(_ outer: JinjaText) -> JinjaText {
    let inner = output
    output = outer
    return inner
  }
}
