import Foundation
import RESTA

/// The demo as data.
struct DemoScript: Decodable {
  struct Prompt: Decodable {
    var title: String
    var prompt: String
    var system: String?

    var messages: [ChatMessage] { (system.map { [.system($0)] } ?? []) + [.user(prompt)] }
  }

  var introduction: String
  var note: String
  var maximumTokens: Int
  var seed: UInt64
  var prompts: [Prompt]

  /// Reads a script.
  ///
  /// - Parameter path: A file, or `nil` for the built-in one.
  /// - Returns: The script.
  /// - Throws: ``Failure`` when it cannot be read.
  static func load(_ path: String?) throws -> DemoScript {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let path else {
      return try decoder.decode(DemoScript.self, from: Data(PackageResources.demo_json))
    }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try decoder.decode(DemoScript.self, from: data)
    } catch {
      throw Failure.usage("The demo '\(path)' cannot be read: \(error)")
    }
  }
}
