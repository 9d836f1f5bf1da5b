/// A list or something like one.
struct JinjaSequence: Sendable {
  /// Which of Python's types it stands for.
  enum Kind: Sendable, Hashable {
    case list
    case tuple
    case range(start: Int, stop: Int, step: Int)
    /// `dict.keys()`, `.values()` or `.items()`.
    case view(String)
    /// What filters such as `map` and `select` give: neither length nor subscripts.
    case generator

    /// Python's name of the type.
    var typeName: String {
      switch self {
      case .list: "list"
      case .tuple: "tuple"
      case .range: "range"
      case .view(let name): name
      case .generator: "generator"
      }
    }

    /// Whether items can be looked up by index.
    var hasSubscript: Bool {
      switch self {
      case .list, .tuple, .range: true
      case .view, .generator: false
      }
    }
  }

  let kind: Kind
  let items: [JinjaValue]
  /// How deep lists are nested, 1 for a list of plain values.
  let depth: Int

  init(_ items: [JinjaValue], kind: Kind = .list) {
    self.kind = kind
    self.items = items
    self.depth = (items.lazy.map(\.depth).max() ?? 0) + 1
  }
}
