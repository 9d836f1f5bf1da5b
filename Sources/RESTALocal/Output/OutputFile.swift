import Foundation

/// Files that people name to be written: links are followed, pipes and devices written to, modes kept.
enum OutputFile {
  /// Opens a file to write it from its beginning, and makes it where there is none.
  static func open(_ path: String) throws -> FileHandle {
    let url = URL(fileURLWithPath: path)
    // Not of a pipe: its reader would take it for the end.
    if !FileManager.default.fileExists(atPath: path) || kind(of: url) == .typeRegular {
      try Data().write(to: url)
    }
    return try FileHandle(forWritingTo: url)
  }

  /// Adds text at the end of a file; one that there was not yet is for nobody else.
  static func append(_ text: String, to path: String) throws {
    let url = URL(fileURLWithPath: path)
    if !FileManager.default.fileExists(atPath: path) { try makePrivate(url) }
    let file = try FileHandle(forWritingTo: url)
    // Nobody else goes to the end and writes there meanwhile; a pipe has no end to go to, and no lock.
    _ = flock(file.fileDescriptor, LOCK_EX)
    _ = try? file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
  }

  /// Makes an empty file that is for nobody else; where a link leads, if it is one.
  private static func makePrivate(_ url: URL) throws {
    let files = FileManager.default
    // Of two that make it at once, the later one must not empty what the first has begun.
    let folder = FileHandle(forReadingAtPath: url.deletingLastPathComponent().path)
    defer { try? folder?.close() }
    if let folder { _ = flock(folder.fileDescriptor, LOCK_EX) }
    guard !files.fileExists(atPath: url.path) else { return }
    try Data().write(to: url)
    try files.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: url.resolvingSymlinksInPath().path)
  }

  /// Changes what a file holds, while nobody adds to it; nothing where `change` gives none, or it is a pipe.
  static func edit(_ path: String, _ change: (String) -> String?) throws {
    let url = URL(fileURLWithPath: path)
    guard kind(of: url) == .typeRegular else { return }
    let file = try FileHandle(forUpdating: url)
    _ = flock(file.fileDescriptor, LOCK_EX)
    let old = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    guard let new = change(old).map({ Data($0.utf8) }) else { return }
    // No other file in its place: those who wait to add have this one open.
    try file.seek(toOffset: 0)
    try file.write(contentsOf: new)
    try file.truncate(atOffset: UInt64(new.count))
  }

  /// Replaces what a file holds, at once: whoever reads meanwhile sees the old text or the new one.
  static func replace(_ path: String, with text: String) throws {
    let (url, files) = (URL(fileURLWithPath: path).resolvingSymlinksInPath(), FileManager.default)
    let kind = kind(of: url)
    guard kind == nil || kind == .typeRegular else { return try Data(text.utf8).write(to: url) }
    let mode = try? files.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
    try Data(text.utf8).write(to: url, options: .atomic)
    // What was written is another file.
    if let mode { try files.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path) }
  }

  /// What a path leads to; `nil` where that is nothing.
  private static func kind(of url: URL) -> FileAttributeType? {
    let path = url.resolvingSymlinksInPath().path
    return try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
  }
}
