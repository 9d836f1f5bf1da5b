import Foundation
package import GRDB
package import RESTADocuments

/// A file of results: SQLite in WAL mode, whose tables have a version.
package struct StoreFile {
  private let path: String
  private let contents: String
  private let maker: String
  private let version: String
  private let tables: String

  /// Describes a file by what it `holds`, such as "an evaluation", the command that `made` it, a version that changes
  /// with the tables, and the SQL that makes them, with `meta (name, value)` among them.
  package init(
    path: String, holds contents: String, made maker: String, version: String, tables: String
  ) {
    self.path = path
    self.contents = contents
    self.maker = maker
    self.version = version
    self.tables = tables
  }

  /// Opens it, and makes it where there is none.
  package func open(mustExist: Bool) throws -> DatabasePool {
    if mustExist, !FileManager.default.fileExists(atPath: path) {
      throw EvaluationError(.fileFailed, "There is no store '\(path)'. '\(maker)' makes one.")
    }
    let url = URL(fileURLWithPath: path)
    let values = try? url.resourceValues(forKeys: [.isDirectoryKey, .fileSizeKey])
    if values?.isDirectory == true {
      throw EvaluationError(
        .fileFailed, "'\(path)' is a folder: name the store in it, a file such as results.sqlite.")
    }
    // Who only reads makes nothing of a file that is empty; to open it would.
    if mustExist, values?.fileSize == 0 {
      throw EvaluationError.invalidStore("'\(path)' is empty: nothing was begun in it.")
    }
    var configuration = Configuration()
    // A second process that writes for a moment, such as a merge, is waited for.
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { database in
      // In WAL mode this survives a killed process; only a power cut can lose the last answers.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let database = try DatabasePool(path: path, configuration: configuration)
      try prepare(database)
      return database
    } catch let error as EvaluationError {
      throw error
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw EvaluationError.invalidStore(
        "'\(path)' is no store of \(contents): it is no SQLite file.", cause: error)
    } catch let error as CocoaError {
      throw EvaluationError(
        .fileFailed,
        "The folder of the store '\(path)' could not be made: \(error.systemReason)",
        cause: error)
    } catch {
      let code = (error as? DatabaseError)?.resultCode
      throw EvaluationError(
        .fileFailed,
        "The store '\(path)' could not be opened: \(Self.text(of: error))"
          + ([.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(code)
            ? ". SQLite writes beside it, to read it too: have it where you may write." : ""),
        cause: error)
    }
  }

  /// Makes the tables in a new file, and checks those of an old one.
  private func prepare(_ database: DatabasePool) throws {
    try database.write { database in
      if try !database.tableExists("meta") {
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
          throw EvaluationError.invalidStore(
            "'\(path)' is an SQLite file, but no store of \(contents).")
        }
        try database.execute(sql: tables)
        try database.execute(
          sql: "INSERT INTO meta VALUES ('version', ?)", arguments: [version])
      }
      let found = try String.fetchOne(
        database, sql: "SELECT value FROM meta WHERE name = 'version'")
      guard found == version else {
        throw EvaluationError.invalidStore(
          "'\(path)' is no store of \(contents) that this resta reads: its version is \(found ?? "none"), "
            + "not \(version). 'resta report' reads evaluations, 'resta attack report' attacks.")
      }
    }
  }

  /// Closes a file and folds its write-ahead log into it.
  package static func close(_ database: DatabasePool, path: String) throws {
    do {
      try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try database.close()
    } catch {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be closed: \(text(of: error))", cause: error)
    }
  }

  /// Reads, with errors that name the file.
  package static func read<Value: Sendable>(
    from database: DatabasePool, path: String, _ work: @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await naming(path, "read") { try await database.read(work) }
  }

  /// Writes, even when the task is cancelled meanwhile: what is finished is kept.
  package static func write<Value: Sendable>(
    to database: DatabasePool, path: String,
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await naming(path, "written") { try await Task { try await database.write(work) }.value }
  }

  /// Works on a file; SQLite's own errors name none.
  static func naming<Value: Sendable>(
    _ path: String, _ verb: String, _ work: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await work()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw EvaluationError.invalidStore(
        "Somebody else wrote the same row into '\(path)': let one run at a time have a store. What is "
          + "in it is kept, and running again goes on.", cause: error)
    } catch let error as DatabaseError {
      throw EvaluationError(
        .fileFailed, "The store '\(path)' could not be \(verb): \(text(of: error))", cause: error)
    }
  }

  /// Adds every value of some rows to a digest.
  package static func add(_ sql: String, of database: Database, to hash: inout SHA256) throws {
    let rows = try Row.fetchCursor(database, sql: sql)
    while let row = try rows.next() {
      for value in row.databaseValues {
        // Lengths keep two columns from running into one another.
        let text = value.isNull ? "-" : "\(value.storage.value ?? "")"
        hash.update(Array("\(text.utf8.count):\(text)".utf8))
      }
    }
  }

  /// What SQLite says, without statements or their arguments.
  static func text(of error: any Error) -> String {
    (error as? DatabaseError)?.message ?? error.systemReason
  }
}
