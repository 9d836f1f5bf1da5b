import Foundation
import GRDB

/// The results of an evaluation: one SQLite file.
///
/// An answer is written in one transaction as soon as it is there, so that a process that is killed
/// loses what it was generating and nothing else. Several processes may read while one writes.
///
/// Row by row the contents depend on the evaluation alone, not on how often it was interrupted or
/// how it was split; times are in columns of their own. See ``digest()``.
package final class EvaluationStore: Sendable {
  /// The file.
  package let path: String
  let database: DatabasePool

  /// Opens a store, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mustExist: Whether a missing file is an error. Default: `false`.
  /// - Throws: ``EvaluationError`` with `fileFailed`, or `invalidStore` for a file that is no store
  ///   or one of another version.
  package init(path: String, mustExist: Bool = false) throws {
    self.path = path
    if mustExist, !FileManager.default.fileExists(atPath: path) {
      throw EvaluationError(
        .fileFailed, "There is no store '\(path)'. 'resta eval run' makes one.")
    }
    var configuration = Configuration()
    // A second process that writes for a moment, such as a merge, is waited for.
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // In WAL mode this survives a killed process; only a power cut can lose the last answers.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      database = try DatabasePool(path: path, configuration: configuration)
      try StoreSchema.prepare(database, path: path)
    } catch let error as EvaluationError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw EvaluationError(
        .invalidStore, "'\(path)' is no store of an evaluation: it is no SQLite file.", cause: error
      )
    } catch {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be opened: \(Self.text(of: error))",
        cause: error)
    }
  }

  /// Closes the file and folds its write-ahead log into it.
  ///
  /// - Throws: ``EvaluationError`` with `fileFailed`.
  package func close() throws {
    do {
      try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try database.close()
    } catch {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be closed: \(Self.text(of: error))",
        cause: error)
    }
  }

  /// What SQLite says, without statements or their arguments.
  static func text(of error: any Error) -> String {
    (error as? DatabaseError)?.message ?? error.localizedDescription
  }
}
