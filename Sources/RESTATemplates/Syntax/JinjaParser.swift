/// Turns tokens into statements; the grammar is jinja2's `parser.py`.
struct JinjaParser {
  let tokens: [JinjaToken]
  private(set) var index = 0
  private var depth = 0

  init(tokens: [JinjaToken]) { self.tokens = tokens }

  mutating func program() throws(JinjaFault) -> [JinjaStatement] {
    let body = try statements(until: [])
    guard current == .end else { throw unexpected() }
    return body
  }

  /// The token at hand; the lexer's end token stops every loop.
  var current: JinjaToken.Kind { token(at: index).kind }

  /// The token after it.
  var next: JinjaToken.Kind { token(at: index + 1).kind }

  /// Line of the token at hand.
  var line: Int { token(at: index).line }

  private func token(at index: Int) -> JinjaToken {
    index < tokens.count ? tokens[index] : JinjaToken(kind: .end, line: tokens.last?.line ?? 1)
  }

  mutating func advance() { index += 1 }

  /// Moves on if the token is this one.
  mutating func skip(_ kind: JinjaToken.Kind) -> Bool {
    guard current == kind else { return false }
    advance()
    return true
  }

  /// Moves on if the token is this keyword.
  mutating func skip(keyword: String) -> Bool { skip(.name(keyword)) }

  /// Moves on if the token is this operator.
  mutating func skip(symbol: String) -> Bool { skip(.symbol(symbol)) }

  /// Requires a token and moves past it.
  mutating func expect(_ kind: JinjaToken.Kind) throws(JinjaFault) {
    guard skip(kind) else { throw unexpected(wanted: kind.label) }
  }

  /// Requires an identifier and moves past it.
  mutating func expectName() throws(JinjaFault) -> String {
    guard case .name(let name) = current else { throw unexpected(wanted: "a name") }
    advance()
    return name
  }

  /// A syntax error at the token at hand.
  func unexpected(wanted: String? = nil) -> JinjaFault {
    fault("unexpected \(current.label)" + (wanted.map { ", expected \($0)" } ?? ""))
  }

  func fault(_ message: String) -> JinjaFault { JinjaFault(message: message, line: line) }

  /// Starts something nested, to be ended with `leave()`; the bound keeps hostile source from overflowing the stack.
  ///
  /// A pair of calls and not a closure, whose frames would take as much stack as the parser's own.
  mutating func enter() throws(JinjaFault) {
    guard depth < JinjaLimits.sourceDepth else {
      throw fault("blocks or brackets are nested deeper than \(JinjaLimits.sourceDepth)")
    }
    depth += 1
  }

  /// Ends what `enter()` started.
  mutating func leave() { depth -= 1 }
}
