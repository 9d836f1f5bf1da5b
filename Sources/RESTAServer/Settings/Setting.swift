import RESTA
import Yams

/// One row of the table of all settings: where a value is kept, and how it is read, checked, printed
/// and documented.
///
/// Layers, `--print-config`, checks and coding all go through this table, so that a setting is
/// written down once beside its property and nowhere else.
struct Setting: Sendable {
  /// The keys that lead to it, such as `client.sigma.min`.
  let path: String
  /// A line of documentation.
  let about: String
  /// What a value must be, to follow "must be".
  let expected: String
  /// Whether it is a list.
  let isList: Bool
  /// Sets it; `false` when the value is of a wrong type or out of range.
  let read: @Sendable (Node, inout ServerSettings) -> Bool
  /// Its value, which need not be in range.
  let write: @Sendable (ServerSettings) -> Node

  /// Makes a row.
  init<Value>(
    _ path: String, _ keyPath: any WritableKeyPath<ServerSettings, Value> & Sendable,
    _ kind: SettingKind<Value>, _ about: String
  ) {
    self.path = path
    self.about = about
    expected = kind.expected
    isList = kind.isList
    read = { node, settings in
      guard let value = kind.parse(node) else { return false }
      settings[keyPath: keyPath] = value
      return true
    }
    write = { kind.print($0[keyPath: keyPath]) }
  }

  /// All settings, in the order to print.
  static let all = listen + model + defense + client + answer + limits + log

  /// The environment variable that sets it.
  var variable: String {
    Self.variablePrefix + String(path.uppercased().map { $0 == "." ? "_" : $0 })
  }

  /// What the names of the variables begin with.
  static let variablePrefix = "RESTA_SERVE_"

  /// The setting at a path.
  static func named(_ path: String) -> Setting? { all.first { $0.path == path } }

  /// The keys that may follow those of a section, in order; all sections for an empty path.
  static func keys(in section: String) -> [String] {
    let prefix = section.isEmpty ? "" : section + "."
    var keys: [String] = []
    for setting in all where setting.path.hasPrefix(prefix) {
      let key = String(setting.path.dropFirst(prefix.count).prefix { $0 != "." })
      if keys.last != key { keys.append(key) }
    }
    return keys
  }

  /// That nothing has this name, with the names of the section that it seems to be of.
  ///
  /// - Parameters:
  ///   - kind: What is named, such as `setting`.
  ///   - name: The name.
  ///   - prefix: What all such names begin with, which makes none of them likelier. Default: nothing.
  ///   - spelling: How a setting is named there.
  /// - Returns: A message.
  static func unknown(
    _ kind: String, _ name: String, prefix: String = "", spelling: (Setting) -> String
  ) -> String {
    let stem = { (name: String) in String(name.dropFirst(prefix.count)) }
    guard let near = Suggestion.nearest(to: stem(name), among: all.map { stem(spelling($0)) }),
      let section = all.first(where: { stem(spelling($0)) == near })?.section
    else {
      return "unknown \(kind) '\(name)'; 'resta serve --print-config' lists all settings."
    }
    return Suggestion.unknown(
      kind, name, known: all.filter { $0.section == section }.map(spelling))
  }

  private var section: Substring { path.prefix { $0 != "." } }
}
