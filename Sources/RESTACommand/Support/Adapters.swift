import Foundation

/// Finds the adapter that `resta demo` adds to the default model, which by itself refuses nothing.
enum Adapters {
  /// Where it is in the project's folder.
  static let projectPath = "Adapters/smollm2-135m-aligned/adapter.f16.gguf"
  /// Where `make install` puts it, from the executable's folder.
  static let installedPath = "../share/resta/adapter.f16.gguf"
  /// The strength at which it is used.
  static let scale: Float = 1

  /// The adapter of a run for which neither --model nor --lora was given.
  ///
  /// - Parameters:
  ///   - model: The path of the model that is used.
  ///   - named: `RESTA_ADAPTER` of the environment; like a value of --lora.
  ///   - projects: Folders that may be the project's; the model's own is looked at too.
  ///   - executableFolder: The folder of this executable.
  /// - Returns: A value of --lora; `nil` for a model that the default adapter was not made for.
  /// - Throws: ``Failure`` when the adapter of the default model is missing.
  static func resolve(
    model: String, named: String? = ProcessInfo.processInfo.environment["RESTA_ADAPTER"],
    projects: [URL] = Places.projects, executableFolder: URL = Places.executableFolder
  ) throws -> String? {
    if let named, !named.isEmpty { return named }
    guard Models.isDefault(model) else { return nil }
    let besideModel = URL(fileURLWithPath: model).appendingPathComponent("../..")
    let files =
      (projects + [besideModel]).map { $0.appendingPathComponent(projectPath) }
      + [executableFolder.appendingPathComponent(installedPath)]
    if let path = Places.first(of: files) { return "\(path):\(scale)" }
    throw Failure.usage(
      "The demo's adapter '\(projectPath)' was not found. Run the demo in the project's folder, set "
        + "RESTA_ADAPTER to the file, or give --no-lora for the model without it.")
  }
}
