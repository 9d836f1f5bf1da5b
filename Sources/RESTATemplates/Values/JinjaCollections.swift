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

/// A dictionary in order of insertion.
struct JinjaDictionary: Sendable {
  /// A key by which entries are found; 1, 1.0 and True are one key, as in Python.
  enum Key: Hashable {
    case undefined
    case none
    case int(Int)
    case float(Double)
    case string(JinjaText)

    /// The key for a value, `nil` where the value can't be one.
    init?(_ value: JinjaValue) {
      switch value {
      case .undefined: self = .undefined
      case .none: self = .none
      case .bool(let value): self = .int(value ? 1 : 0)
      case .int(let value): self = .int(value)
      case .float(let value): self = Int(exactly: value).map(Key.int) ?? .float(value)
      case .string(let text): self = .string(text)
      default: return nil
      }
    }
  }

  private(set) var keys: [JinjaValue] = []
  private(set) var values: [JinjaValue] = []
  private(set) var depth = 1
  private var places: [Key: Int] = [:]

  init() {}

  /// A dictionary with strings for keys.
  init(_ entries: KeyValuePairs<String, JinjaValue>) {
    for (name, value) in entries { set(.string(JinjaText(name)), value) }
  }

  /// The entries as tuples of key and value.
  var pairs: [(key: JinjaValue, value: JinjaValue)] {
    zip(keys, values).map { ($0, $1) }
  }

  /// The value for a key, `nil` where there is none.
  subscript(_ key: Key) -> JinjaValue? { places[key].map { values[$0] } }

  subscript(name name: String) -> JinjaValue? { self[.string(JinjaText(name))] }

  /// Sets an entry; `false` where the value can't be a key.
  @discardableResult
  mutating func set(_ key: JinjaValue, _ value: JinjaValue) -> Bool {
    guard let found = Key(key) else { return false }
    if let place = places[found] {
      values[place] = value
    } else {
      places[found] = keys.count
      keys.append(key)
      values.append(value)
    }
    depth = Swift.max(depth, value.depth + 1)
    return true
  }
}
