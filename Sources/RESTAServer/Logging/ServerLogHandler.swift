import Foundation
public import Logging

/// A backend of swift-log for servers: one line for each message, whatever is in it.
///
/// Text (`2026-11-26T01:02:03.456Z info message key=value`) or JSON lines. Line ends, control
/// characters and quotes of messages and metadata are escaped, so that nothing a client sends can
/// forge a line or a field.
///
/// ```swift
/// let logger = Logger(label: "resta") { ServerLogHandler(label: $0, format: .json) }
/// ```
public struct ServerLogHandler: LogHandler {
  /// How a line is written.
  public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
    /// For people: time, level, message, and metadata as `key=value`.
    case text
    /// For programs: an object with `time`, `level`, `label`, `message` and the metadata.
    case json
  }

  /// The least severe level that is logged.
  public var logLevel: Logger.Level
  /// What is added to every message.
  public var metadata: Logger.Metadata = [:]
  /// Where metadata of the current task comes from.
  public var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let format: Format
  private let now: @Sendable () -> Date
  private let write: @Sendable (String) -> Void

  /// Makes a handler that writes to standard error.
  ///
  /// - Parameters:
  ///   - label: The logger's name; in JSON lines only.
  ///   - format: How a line is written. Default: text.
  ///   - level: The least severe level that is logged. Default: `info`.
  public init(label: String, format: Format = .text, level: Logger.Level = .info) {
    self.init(label: label, format: format, level: level, write: Self.writeToStandardError)
  }

  /// Makes a handler that hands its lines over.
  ///
  /// - Parameters:
  ///   - label: The logger's name; in JSON lines only.
  ///   - format: How a line is written. Default: text.
  ///   - level: The least severe level that is logged. Default: `info`.
  ///   - write: Takes one whole line with its line feed, possibly from several threads at once.
  public init(
    label: String, format: Format = .text, level: Logger.Level = .info,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.init(label: label, format: format, level: level, now: { Date() }, write: write)
  }

  init(
    label: String, format: Format, level: Logger.Level, now: @escaping @Sendable () -> Date,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    self.format = format
    logLevel = level
    self.now = now
    self.write = write
  }

  /// A value of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  ///
  /// - Parameter event: Its metadata counts before the provider's, and that before the handler's own.
  public func log(event: LogEvent) {
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
  private static func writeToStandardError(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
  }
}
