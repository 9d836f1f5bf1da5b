import Yams

/// A tree of values as any coder can hold it: what ``ServerSettings`` is encoded as.
indirect enum SettingTree: Codable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([SettingTree])
  case section([String: SettingTree])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([SettingTree].self) {
      self = .list(list)
    } else {
      self = .section(try value.decode([String: SettingTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .integer(let integer): try value.encode(integer)
    case .number(let number): try value.encode(number)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .section(let section): try value.encode(section)
    }
  }

  /// The value of a node.
  init(_ node: Node) {
    if let sequence = node.sequence {
      self = .list(sequence.map(SettingTree.init))
    } else if node.scalar?.style != .plain {
      self = .text(node.scalar?.string ?? "")
    } else if node.null != nil {
      self = .null
    } else if let flag = node.bool {
      self = .flag(flag)
    } else if let integer = node.int {
      self = .integer(integer)
    } else if let number = node.float {
      self = .number(number)
    } else {
      self = .text(node.scalar?.string ?? "")
    }
  }

  /// The node of the value, as a file would hold it.
  var node: Node {
    switch self {
    case .null: .plain("null")
    case .flag(let flag): .plain("\(flag)")
    case .integer(let integer): .plain("\(integer)")
    case .number(let number): .plain(NodeText.number(number))
    case .text(let text): .text(text)
    case .list(let list): Node(list.map(\.node))
    case .section(let section):
      Node(section.sorted { $0.key < $1.key }.map { (.plain($0.key), $0.value.node) })
    }
  }

  /// Puts a value behind some keys.
  mutating func set(_ value: SettingTree, at keys: some Collection<Substring>) {
    guard let first = keys.first else {
      self = value
      return
    }
    var section: [String: SettingTree] = [:]
    if case .section(let known) = self { section = known }
    var child = section[String(first)] ?? .section([:])
    child.set(value, at: keys.dropFirst())
    section[String(first)] = child
    self = .section(section)
  }
}
