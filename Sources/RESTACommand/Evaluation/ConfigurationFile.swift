import Foundation
import RESTAEvaluation

/// A configuration and where it is from.
struct ConfigurationFile {
  /// What it says.
  let value: EvaluationConfiguration
  /// What relative file names in it start from.
  let folder: String

  /// The configuration that is used when none is named.
  static var builtInText: String {
    String(decoding: PackageResources.evaluation_yaml, as: UTF8.self)
  }

  /// Reads a configuration.
  ///
  /// - Parameter path: A YAML file; `nil` for the built-in one.
  /// - Throws: ``Failure`` when it cannot be read; `EvaluationError` for what is wrong in it.
  init(_ path: String?) throws {
    guard let path else {
      try self.init(text: Self.builtInText, file: "built-in.yaml", folder: ".")
      return
    }
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw Failure.usage(
        "The configuration '\(path)' cannot be read. 'resta eval config' prints one to start from.")
    }
    try self.init(
      text: text, file: path,
      folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  /// Reads a configuration's text.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: Its name, for errors.
  ///   - folder: What relative file names in it start from.
  /// - Throws: `EvaluationError` for what is wrong in it.
  init(text: String, file: String, folder: String) throws {
    value = try EvaluationConfiguration(parsing: text, file: file)
    self.folder = folder
  }

  /// Names a configuration that was made.
  ///
  /// - Parameters:
  ///   - value: What it says.
  ///   - folder: What relative file names in it start from.
  init(value: EvaluationConfiguration, folder: String) {
    self.value = value
    self.folder = folder
  }

  /// A file name of the configuration, as seen from here.
  func resolved(_ file: String) -> String {
    file.hasPrefix("/") ? file : folder + "/" + file
  }

  /// The datasets, read.
  ///
  /// - Parameters:
  ///   - data: The folder with public datasets.
  ///   - limit: At most so many prompts of each.
  /// - Returns: The datasets, in the configuration's order.
  /// - Throws: `EvaluationError`: the file, the row and the field at fault.
  func datasets(data: String?, limit: Int?) throws -> [Dataset] {
    try value.datasets.map { source in
      var source = source
      if let limit { source.limit = min(limit, source.limit ?? limit) }
      return try source.dataset(relativeTo: folder, data: data)
    }
  }
}
