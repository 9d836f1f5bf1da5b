import Foundation

/// Where the command looks for the files that it uses when none is named.
enum Places {
  /// The folder of this executable, symbolic links followed.
  static let executableFolder: URL = {
    // The argument is no path where the shell found the command in its PATH.
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
  }()

  /// Folders that may be the project's: the one that `make` runs in, and the one that holds the
  /// build folder of this executable.
  static var projects: [URL] {
    [
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      executableFolder.appendingPathComponent("../../.."),
    ]
  }

  /// The first of some files that exists.
  static func first(of files: [URL]) -> String? {
    files.lazy.map(\.standardizedFileURL.path)
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
