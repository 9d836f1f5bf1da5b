import Foundation
import RESTA

/// The demo as data.
struct DemoScript: Decodable {
  /// What a prompt is there to show.
  enum Kind: String, Codable {
    /// A request that the model should refuse, with a text that is to keep it from doing so.
    case adversarial
    /// A prompt that there is no reason to refuse.
    case benign
    /// A request that the model should refuse, as it is.
    case direct
  }

  /// One prompt.
  struct Prompt: Decodable {
    var title: String
    var kind: Kind?
    var prompt: String
    var system: String?

    var messages: [ChatMessage] { (system.map { [.system($0)] } ?? []) + [.user(prompt)] }
  }

  /// The defence of a demo for which the command line chooses none.
  struct Defense: Decodable {
    var noise: NoiseKind?
    var sigma: Double?
    var sigmaUnit: Sigma.Unit?
    var samples: Int?
    var prefix: Int?

    /// The command line's choices, or these where it makes none.
    func completing(_ given: DefenseArguments) -> DefenseArguments {
      guard !given.isGiven else { return given }
      var arguments = given
      arguments.noise = noise
      arguments.sigma = sigma
      arguments.sigmaUnit = sigmaUnit
      arguments.samples = samples
      arguments.prefix = prefix.map { .tokens($0) }
      return arguments
    }
  }

  var introduction: String
  var note: String
  var maximumTokens: Int
  var seed: UInt64
  var defense: Defense?
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
