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
    let files = Places.projects.flatMap { project in
      defaults.map { project.appendingPathComponent($0) }
    }
    if let path = Places.first(of: files) { return path }
    throw Failure.usage(
      "No model is named and none was fetched. Give --model FILE.gguf, set RESTA_MODEL, or run "
        + "'make demo' in the project's folder, which fetches a small one.")
  }

  /// Whether a file is a default model by its name, wherever it is.
  static func isDefault(_ path: String) -> Bool {
    defaults.contains { $0.hasSuffix("/" + URL(fileURLWithPath: path).lastPathComponent) }
  }
}
