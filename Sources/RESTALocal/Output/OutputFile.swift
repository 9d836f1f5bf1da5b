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
    let (url, files) = (URL(fileURLWithPath: path), FileManager.default)
    // By what a link leads to; before there is anything in it to read.
    if !files.fileExists(atPath: path) {
      try Data().write(to: url)
      try files.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: url.resolvingSymlinksInPath().path)
    }
    let file = try FileHandle(forWritingTo: url)
    // Nobody else goes to the end and writes there meanwhile; a pipe has no end to go to, and no lock.
    _ = flock(file.fileDescriptor, LOCK_EX)
    _ = try? file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
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
