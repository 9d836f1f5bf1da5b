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

  /// Whether the template printed the date.
  var printsDate = false

  private var steps = 0
  private var scalars = 0
  private var depth = 0

  init(limits: JinjaLimits, now: TemplateDate?) {
    self.limits = limits
    self.now = now
  }

  func run(
    _ program: JinjaProgram, context: [String: JinjaValue]
  ) throws(JinjaFault) -> JinjaText {
    self.context = context
    pushScope(parent: nil)
    try executeOutsideLoops(program.body)
    popScope()
    return output
  }

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

  /// Pays for a value that is read or hashed whole, where that is a text.
  func charge(for value: JinjaValue) throws(JinjaFault) {
    if case .string(let text) = value { try charge(scalars: text.count) }
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

extension JinjaInterpreter {
  /// The variables that Hugging Face's `apply_chat_template` passes for a chat without tools.
  ///
  /// This is where content gets its origin; nothing else does. A name is a client's text too, and so
  /// has an origin as well. Roles that want parts have a list of one, the text.
  func chatVariables(
    _ messages: [ChatMessage], parts: Set<ChatMessage.Role>
  ) throws(JinjaFault) -> [String: JinjaValue] {
    var list: [JinjaValue] = []
    for (index, message) in messages.enumerated() {
      let text = JinjaText(content: message.content, ofMessage: index)
      try charge(scalars: text.count)
      var content = JinjaValue.string(text)
      if parts.contains(message.role) {
        let part = JinjaDictionary(["type": .string(JinjaText("text")), "text": content])
        content = .sequence(JinjaSequence([.dictionary(part)]))
      }
      var entry = JinjaDictionary([
        "role": .string(JinjaText(message.role.rawValue)), "content": content,
      ])
      if let name = message.name {
        let origin = ContentOrigin(message: index, place: nil)
        entry.set(.string(JinjaText("name")), .string(JinjaText(name, origin: origin)))
      }
      list.append(.dictionary(entry))
    }
    return ["messages": try sequence(list), "tools": .none, "documents": .none]
  }
}

/// How much a template may do, so that one out of an untrusted model file can neither hang the
/// process nor exhaust its memory or stack.
struct JinjaLimits: Sendable {
  /// Expressions, statements and items that one rendering may visit.
  var steps = 5_000_000

  /// Scalars that all the strings one rendering makes may have together.
  ///
  /// Bounds time and memory at once: every live string was made once. A long chat costs some
  /// ten times its own length.
  var scalars = 20_000_000

  /// Evaluations nested in each other: expressions, blocks and macro calls.
  ///
  /// None of the templates in llama.cpp's collection needs 30. Secondary threads on macOS have
  /// 512 KiB of stack; this many levels take 70 KiB of it in a release build and 400 KiB, measured
  /// on x86-64, in a debug build.
  var depth = 80

  /// Lists within lists; values are walked (and freed) recursively.
  var valueDepth = 32

  /// Items of one `range()`, as in Jinja's own sandbox.
  var range = 100_000

  static let standard = JinjaLimits()

  /// Blocks and brackets nested in each other in a template's source; real ones need less than 14.
  static let sourceDepth = 32

  /// Longest name in a template's source, in scalars.
  static let nameLength = 256

  /// Longest template source, in scalars.
  static let sourceLength = 2_000_000
}

/// Why a template could not be parsed or rendered, and where.
struct JinjaFault: Error {
  /// What went wrong; never holds a message's content.
  var message: String

  /// Line of the template source, from 1.
  var line: Int

  /// Text that may hold parts of a message.
  var sensitiveDetail: String?

  /// The message with its line.
  var summary: String { "line \(line): \(message)" }
}
