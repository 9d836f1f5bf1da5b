import Foundation
package import RESTA
package import RESTADocuments
package import RESTALlama

/// What is known about models from calibrations: the table that comes with the program, then the user's own,
/// which wins.
package struct KnownCalibrations: Sendable {
  /// The variable that names another file for the user's own table.
  package static let variable = "RESTA_CALIBRATIONS"

  /// The user's own table, whether it exists or not.
  package let path: String
  private let shipped: CalibrationTable
  private let own: CalibrationTable

  /// Reads both tables.
  ///
  /// The user's own is the file that the command line names, else that of ``variable``, else
  /// `resta/calibrations.json` in `$XDG_CONFIG_HOME`, which is `~/.config` unless it is set.
  ///
  /// - Throws: `DocumentError` for a table that is there and is none. One that is not there is empty.
  package init(
    file: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    shipped: [UInt8] = PackageResources.calibrations_json
  ) throws(DocumentError) {
    path = file ?? Self.path(in: environment)
    self.shipped = try CalibrationTable(
      shipped, file: "the table that comes with resta", origin: .shipped)
    own = try Self.table(at: path)
  }

  /// The table of a file; an empty one where there is none yet.
  private static func table(at path: String) throws(DocumentError) -> CalibrationTable {
    // A folder in its place is a mistake too, and reading it says so.
    guard FileManager.default.fileExists(atPath: path) else { return CalibrationTable() }
    return try CalibrationTable(try SourceFile.read(path).bytes, file: path, origin: .own)
  }

  private static func path(in environment: [String: String]) -> String {
    if let path = environment[variable], !path.isEmpty { return path }
    let folder =
      Places.folder(named: "XDG_CONFIG_HOME", in: environment)
      ?? FileManager.default.homeDirectoryForCurrentUser
      .appendingPathComponent(".config/resta").path
    return folder + "/calibrations.json"
  }

  /// What was found for some weights.
  package func entry(for weights: CalibrationTable.Weights) -> CalibrationTable.Entry? {
    own[weights] ?? shipped[weights]
  }

  /// What was found for a GGUF file (the first of several parts) with adapters; `nil` where there is nothing, or a
  /// file cannot be read: loading it says why.
  ///
  /// Files are hashed only where a table has an entry for one of this length.
  package func setting(
    forModel file: String, adapters: [LlamaOptions.Adapter], memory: DigestMemory
  ) -> CalibratedSetting? {
    guard let length = DigestMemory.File(path: file)?.bytes,
      (own.entries + shipped.entries).contains(where: { $0.bytes == length }),
      let sha256 = memory.sha256(ofFile: file)
    else { return nil }
    var known: [(sha256: String, scale: Double)] = []
    for adapter in adapters {
      guard let sha256 = memory.sha256(ofFile: adapter.path) else { return nil }
      known.append((sha256, Double(adapter.scale)))
    }
    return entry(for: CalibrationTable.Weights(model: sha256, adapters: known))?.setting
  }

  /// Makes the folder of the user's own table, or throws a ``Failure`` before something is measured for it.
  package func prepare() throws {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
    let files = FileManager.default
    do {
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      guard files.isWritableFile(atPath: folder.path) else { throw POSIXError(.EACCES) }
    } catch {
      throw Failure.usage(
        "'\(path)' cannot be written (\(error.systemReason)): --calibrations FILE takes another "
          + "place.")
    }
  }

  /// Writes an entry into the user's own table, whose folder ``prepare()`` has made, beside what is there by now:
  /// another calibration may have ended in the meantime; returns the table's file.
  ///
  /// - Throws: ``Failure`` when the file cannot be written; `DocumentError` when it is no table any more.
  package func keep(_ entry: CalibrationTable.Entry) throws -> String {
    var table = try Self.table(at: path)
    table.set(entry)
    do {
      try OutputFile.replace(path, with: table.json)
    } catch {
      throw Failure.failed(
        "The calibration cannot be written to '\(path)' (\(error.systemReason)): the same "
          + "command with --calibrations FILE keeps it there, and measures nothing again.")
    }
    return path
  }
}

/// Remembers digests of files between processes, by path, length and time of change: hashing a model takes
/// longer than a short answer.
///
/// Only a memory: where it is damaged, files are hashed again. It decides which default a model gets, and
/// nothing that is claimed about an answer; an evaluation hashes each file itself.
package struct DigestMemory: Sendable {
  /// A file as it was.
  package struct File: Codable, Hashable, Sendable {
    var path: String
    package var bytes: Int
    /// Seconds since 1970.
    var modified: Double

    /// Looks at a file; `nil` where that is not possible.
    package init?(path: String) {
      let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
        let bytes = attributes[.size] as? Int,
        let modified = attributes[.modificationDate] as? Date
      else { return nil }
      self.path = url.path
      self.bytes = bytes
      self.modified = modified.timeIntervalSince1970
    }
  }

  private struct Known: Codable {
    var file: File
    var sha256: String
  }

  private static let maximumFiles = 64
  private let url: URL?

  /// Names a memory: `digests.json` in a folder; `nil` remembers nothing.
  package init(folder: String?) {
    url = folder.map { URL(fileURLWithPath: $0).appendingPathComponent("digests.json") }
  }

  /// The digest of a file; `nil` where it cannot be read.
  package func sha256(ofFile path: String) -> String? {
    guard let file = File(path: path) else { return nil }
    var all = known
    if let found = all.first(where: { $0.file == file }) { return found.sha256 }
    guard let sha256 = try? Digest.sha256(ofFile: path) else { return nil }
    // Written while it was hashed: nobody knows of which bytes that is the digest.
    guard File(path: path) == file else { return sha256 }
    all.removeAll { $0.file.path == file.path }
    all.append(Known(file: file, sha256: sha256))
    if let url, let data = try? JSONEncoder().encode(all.suffix(Self.maximumFiles)) {
      try? FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? data.write(to: url, options: .atomic)
    }
    return sha256
  }

  private var known: [Known] {
    guard let url, let size = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey]),
      size.isRegularFile == true, (size.fileSize ?? .max) <= 1 << 20,
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([Known].self, from: data)) ?? []
  }
}
