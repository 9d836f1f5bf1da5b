package import RESTA

extension JSONValue {
  package init(_ value: SettingValue) {
    switch value.resolved {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let integer): self = .integer(integer)
    case .number(let number): self = .number(number)
    case .text(let text), .plain(let text): self = .string(text)
    case .list(let values): self = .array(values.map { JSONValue($0) })
    }
  }

  /// The value as a setting reads it; `nil` for an object.
  package var setting: SettingValue? {
    switch self {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let integer): return .integer(integer)
    case .number(let number): return .number(number)
    case .string(let text): return .text(text)
    case .array(let elements):
      let values = elements.compactMap(\.setting)
      return values.count == elements.count ? .list(values) : nil
    case .object: return nil
    }
  }
}

extension JSONObject {
  /// What a store keeps of settings: part of a generation's key, so rows that came after stores had been
  /// made are left out at their default.
  package init<Root: Equatable>(
    stored root: Root, default base: Root, table: [Setting<Root>]
  ) {
    self.init()
    for row in table where !row.storedAs.isEmpty {
      let value = row.write(root)
      guard row.isAlwaysStored || value != row.write(base) else { continue }
      set(JSONValue(value), at: row.storedAs.split(separator: ".").map(String.init))
    }
  }

  /// Puts a value behind some keys.
  package mutating func set(_ value: JSONValue, at path: [String]) {
    guard let first = path.first else { return }
    guard path.count > 1 else {
      self[first] = value
      return
    }
    var inner = self[first]?.object ?? JSONObject()
    inner.set(value, at: Array(path.dropFirst()))
    self[first] = .object(inner)
  }
}

/// A key that is known when the program runs.
package struct NamedKey: CodingKey {
  package let stringValue: String
  package var intValue: Int? { nil }

  package init(_ name: String) { stringValue = name }
  package init?(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { return nil }
}

extension KeyedEncodingContainer<NamedKey> {
  package mutating func encode<Root: DescribedSettings>(rowsOf settings: Root) throws {
    for row in Root.table {
      try encode(JSONValue(row.write(settings)), forKey: NamedKey(row.reportedAs))
    }
  }

  /// Encodes a value, `null` where there is none.
  package mutating func encode(_ value: (some Encodable)?, named name: String) throws {
    try encode(value, forKey: NamedKey(name))
  }
}
