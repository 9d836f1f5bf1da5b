package import Foundation
package import Logging
import RESTADocuments

/// A backend of swift-log for servers: one line for each message, whatever is in it.
///
/// Text (`2026-11-26T01:02:03.456Z info message key=value`) or JSON lines. Line ends, control characters and
/// quotes of messages and metadata are escaped, so that nothing a client sends can forge a line or a field.
package struct ServerLogHandler: LogHandler {
  /// The least severe level that is logged.
  package var logLevel: Logger.Level
  /// What is added to every message.
  package var metadata: Logger.Metadata = [:]
  /// Where metadata of the current task comes from.
  package var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let format: ServerSettings.Log.Format
  private let now: @Sendable () -> Date
  private let write: @Sendable (String) -> Void

  /// Makes a handler, by default one that writes to standard error.
  package init(
    label: String, format: ServerSettings.Log.Format = .text, level: Logger.Level = .info,
    now: @escaping @Sendable () -> Date = { Date() },
    write: @escaping @Sendable (String) -> Void = Self.writeToStandardError
  ) {
    self.label = label
    self.format = format
    logLevel = level
    self.now = now
    self.write = write
  }

  /// A value of ``metadata``.
  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  package func log(event: LogEvent) {
    var all = metadata
    if let metadataProvider { all.merge(metadataProvider.get()) { $1 } }
    if let more = event.metadata { all.merge(more) { $1 } }
    if let error = event.error {
      all["error"] = "\(error)"
      all["error.type"] = "\(type(of: error))"
    }
    let time = LogTime.text(now())
    switch format {
    case .text: write(textLine(time, event, all))
    case .json: write(jsonLine(time, event, all))
    }
  }

  private func textLine(_ time: String, _ event: LogEvent, _ metadata: Logger.Metadata) -> String {
    let message = LogText.escaped("\(event.message)", quote: false)
    let fields = LogMetadata.flattened(metadata, reserved: [])
      .map { " \(LogText.word($0.key))=\(LogText.word($0.value))" }
    return "\(time) \(event.level) \(message)\(fields.joined())\n"
  }

  private func jsonLine(_ time: String, _ event: LogEvent, _ metadata: Logger.Metadata) -> String {
    let own = [
      ("time", time), ("level", "\(event.level)"), ("label", label),
      ("message", "\(event.message)"),
    ]
    let fields = LogMetadata.flattened(metadata, reserved: Set(own.map(\.0)))
    let members = (own + fields.map { ($0.key, $0.value) })
      .map { "\(LogText.json($0.0)):\(LogText.json($0.1))" }
    return "{\(members.joined(separator: ","))}\n"
  }

  // One write for each line: lines of several threads do not get into each other. A log that cannot
  // be written (a full disk, a closed pipe) must not end the server.
  package static func writeToStandardError(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
  }
}

/// Metadata as a list: nested values under dotted keys, every key once.
enum LogMetadata {
  static func flattened(
    _ metadata: Logger.Metadata, reserved: Set<String>
  ) -> [(key: String, value: String)] {
    var list: [(key: String, value: String)] = []
    append(.dictionary(metadata), prefix: "", to: &list)
    var taken = reserved
    return list.sorted { ($0.key, $0.value) < ($1.key, $1.value) }.map { key, value in
      var name = key
      while !taken.insert(name).inserted { name += "_" }
      return (name, value)
    }
  }

  private static func append(
    _ value: Logger.MetadataValue, prefix: String, to list: inout [(key: String, value: String)]
  ) {
    func key(_ part: String) -> String { prefix.isEmpty ? part : "\(prefix).\(part)" }
    switch value {
    case .string, .stringConvertible: list.append((prefix, value.description))
    case .dictionary(let members):
      for (name, member) in members { append(member, prefix: key(name), to: &list) }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        append(element, prefix: key("\(index)"), to: &list)
      }
    }
  }
}

/// Text in a log: whatever a client sends, it is one line, and shows as what it is.
enum LogText {
  /// Text with escapes, in which no quote and no backslash of its own is left alone.
  ///
  /// Escaped are control characters (with them all ends of lines), the invisible ones that can turn the
  /// direction of a terminal's text or hide it, and the line and paragraph separators.
  static func escaped(_ text: String, quote: Bool = true) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    // By scalars: to Swift, a carriage return with its line feed is one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"" where quote: result += "\\\""
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if isHidden(scalar) {
          for unit in String(scalar).utf16 { result += JSONText.escape(unit) }
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  static func json(_ text: String) -> String { "\"\(escaped(text))\"" }

  /// A key or a value of the text format: bare where nobody can mistake its end, else in quotes.
  static func word(_ text: String) -> String {
    let escaped = escaped(text)
    let isBare =
      !text.isEmpty && escaped.utf8.elementsEqual(text.utf8)
      && text.unicodeScalars.allSatisfy { $0 != "=" && !$0.properties.isWhitespace }
    return isBare ? text : "\"\(escaped)\""
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

/// Times in a log: UTC, with milliseconds (RFC 3339).
enum LogTime {
  static func text(_ date: Date) -> String {
    let total = (date.timeIntervalSince1970 * 1000).rounded()
    let seconds = (total / 1000).rounded(.down)
    let digits = String(Int(total - seconds * 1000))
    let whole = Date(timeIntervalSince1970: seconds).formatted(.iso8601).dropLast()
    return "\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)Z"
  }
}
