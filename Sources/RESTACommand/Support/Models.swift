import Foundation

/// Finds the model that is used when none is named.
enum Models {
  /// What `make demo` fetches, best first.
  private static let defaults = [
    ".models/SmolLM2-135M-Instruct.Q4_0.gguf", ".models/SmolLM2-135M-Instruct.Q4_1.gguf",
  ]

  /// The model's path.
  ///
  /// - Parameter given: What the command line says, or `nil`.
  /// - Returns: A path that may still be wrong; loading says so.
  /// - Throws: ``Failure`` when none is named and none was fetched.
  static func resolve(_ given: String?) throws -> String {
    if let given { return given }
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["RESTA_MODEL"], !path.isEmpty { return path }
    // The folder that `make` runs in, and the one that holds the build folder of this executable.
    let executable = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let roots = [
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      executable.deletingLastPathComponent().appendingPathComponent("../../.."),
    ]
    for root in roots {
      for path in defaults {
        let url = root.appendingPathComponent(path).standardizedFileURL
        if FileManager.default.fileExists(atPath: url.path) { return url.path }
      }
    }
    throw Failure.usage(
      "No model is named and none was fetched. Give --model FILE.gguf, set RESTA_MODEL, or run "
        + "'make demo' in the project's folder, which fetches a small one.")
  }
}
