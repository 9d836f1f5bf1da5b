import Foundation
import Logging
import Synchronization

@testable import RESTAServer

/// Keeps what a log writes, at a time that stands still.
final class LogCollector: Sendable {
  private let writes = Mutex([String]())

  /// What each write got.
  var lines: [String] { writes.withLock { $0 } }

  func logger(_ format: ServerSettings.Log.Format, level: Logger.Level = .info) -> Logger {
    Logger(label: "resta.test") { label in
      ServerLogHandler(
        label: label, format: format, level: level,
        now: { Date(timeIntervalSince1970: 1_795_654_923.456) },
        write: { line in self.writes.withLock { $0.append(line) } })
    }
  }
}
