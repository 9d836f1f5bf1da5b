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

  /// Replaces what a file holds, at once: whoever reads meanwhile sees the old text or the new one.
  ///
  /// A new file gets this mode, but for what the process's mask takes away.
  static func replace(_ path: String, with text: String, mode: Int = 0o666) throws {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    // Until it has its mode, it is for nobody else.
    let mask = umask(0o077)
    defer { umask(mask) }
    let kind = kind(of: url)
    guard kind == nil || kind == .typeRegular else { return try Data(text.utf8).write(to: url) }
    let kept = try? FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]
    try Data(text.utf8).write(to: url, options: .atomic)
    try FileManager.default.setAttributes(
      [.posixPermissions: kept as? Int ?? mode & ~Int(mask)], ofItemAtPath: url.path)
  }

  /// What a path leads to; `nil` where that is nothing.
  private static func kind(of url: URL) -> FileAttributeType? {
    let path = url.resolvingSymlinksInPath().path
    return try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
  }
}
