import ArgumentParser
package import RESTA
import RESTADocuments

/// The options of a settings type, made from its table: a row is a flag.
///
/// ArgumentParser collects options by reflection, so a mirror that shows a wrapped property for each row
/// declares them all, and a decoder with keys of that name reads them.
package struct SettingFlags<Root: DescribedSettings>: ParsableArguments, CustomReflectable {
  /// What the command line chose.
  package var chosen: Chosen<Root>

  /// Chooses nothing.
  package init() { chosen = Chosen(Root.defaults) }

  package init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: NamedKey.self)
    for row in Root.table {
      guard let value = try Self.value(of: row, in: container) else { continue }
      // Each text alone has passed the option's own check; a list may still not fit as a whole.
      guard row.read(value, into: &chosen.value) else {
        throw ValidationError("--\(row.optionName) must be \(row.expected), not \(value.found).")
      }
      chosen.names.insert(row.name)
    }
  }

  package var customMirror: Mirror {
    let children: [(label: String?, value: Any)] = Root.table.compactMap { row in
      Self.wrapper(of: row).map { (label: "_" + row.name, value: $0) }
    }
    return Mirror(self, children: children)
  }

  private static func wrapper(of row: Setting<Root>) -> Any? {
    switch row.flag {
    case .none: return nil
    case .toggle(let name, _, let about):
      return Flag(
        wrappedValue: false, name: .customLong(name), help: ArgumentHelp(about ?? row.about))
    case .option(let valueName):
      var help = ArgumentHelp(stringLiteral: row.help)
      help.valueName = valueName
      let completion: CompletionKind? = row.choices.isEmpty ? nil : .list(row.choices)
      if row.isList {
        return Option<[String]>(
          wrappedValue: [], name: .customLong(row.optionName), help: help, completion: completion,
          transform: row.checked)
      }
      return Option<String?>(
        name: .customLong(row.optionName), parsing: .unconditional, help: help,
        completion: completion, transform: row.checked)
    }
  }

  private static func value(
    of row: Setting<Root>, in container: KeyedDecodingContainer<NamedKey>
  ) throws -> SettingValue? {
    let key = NamedKey(row.name)
    switch row.flag {
    case .none: return nil
    case .toggle(_, let value, _):
      return try container.decode(Flag<Bool>.self, forKey: key).wrappedValue ? value : nil
    case .option where row.isList:
      let texts = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
      return texts.isEmpty ? nil : .list(texts.map { .text($0) })
    case .option:
      return try container.decode(Option<String?>.self, forKey: key).wrappedValue.map(
        SettingValue.given)
    }
  }
}

extension Setting where Root: DescribedSettings {
  /// The row's sentence with its default and the values that there are.
  fileprivate var help: String {
    var help = about
    if let defaultText { help += " (default: \(defaultText))" }
    if !choices.isEmpty { help += " (values: \(choices.joined(separator: ", ")))" }
    return help
  }

  /// A text that the row takes; where it does not, the parser says which option it was for.
  fileprivate func checked(_ text: String) throws -> String {
    // Values may begin with a dash; an unquoted variable that is empty must not swallow the next option.
    guard !Root.table.contains(where: { "--" + $0.optionName == text }) else {
      throw ValidationError("It is an option, so its value is missing.")
    }
    var root = Root.defaults
    guard read(isList ? .list([.text(text)]) : .given(text), into: &root) else {
      let near = Suggestion.nearest(to: text, among: choices).map { "; did you mean '\($0)'?" }
      let words = expected.replacing(", or null", with: "")
      throw ValidationError("It must be \(words)\(near ?? ".")")
    }
    return text
  }
}

extension SettingValue {
  /// What a flag says; one that is given is a choice, so what a file takes for `null` is text here: an
  /// empty shell variable must not switch a choice off.
  fileprivate static func given(_ text: String) -> SettingValue {
    let plain = SettingValue.plain(text)
    return plain.isNull ? .text(text) : plain
  }
}
