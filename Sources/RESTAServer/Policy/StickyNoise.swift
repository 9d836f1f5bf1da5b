import RESTA
import RESTADocuments

/// Noise seeds that are a function of the prompt, or of how a conversation began: asking again draws the same noise,
/// so that trying again until the noise is favourable gains nothing.
///
/// Without the secret nobody can tell which noise a prompt gets, or search for a prompt that gets a good one offline.
struct StickyNoise: Sendable {
  /// The environment variable that holds the secret.
  static let variable = "RESTA_NOISE_SECRET"

  /// The least length of a secret, in bytes.
  static let minimumLength = 16

  /// Whether the secret was drawn for this process: after a restart, or on another server, the same
  /// prompt gets other noise.
  let isEphemeral: Bool

  private let secret: [UInt8]

  /// Takes a secret; one of fewer than 16 bytes is an `invalidSetting`.
  init(secret text: String) throws(ServerError) {
    guard text.utf8.count >= Self.minimumLength else {
      throw ServerError(
        .invalidSetting,
        "\(Self.variable) needs at least \(Self.minimumLength) bytes, drawn at random.")
    }
    secret = Array(text.utf8)
    isEphemeral = false
  }

  /// Draws a secret of 32 bytes for this process.
  init(using generator: inout some RandomNumberGenerator) {
    secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    isEphemeral = true
  }

  /// The seed of the noise for a prompt.
  func seed(for renderedPrompt: String) -> UInt64 { Self.seed(code(Array(renderedPrompt.utf8))) }

  /// The noise of a conversation, and what it is known by: nobody has it for another client, another
  /// beginning, up to the end of the first user message, or under another secret.
  func conversation(
    of client: String, _ prompt: RenderedPrompt
  ) -> (seed: UInt64, name: String) {
    let text = prompt.text.utf8
    // Its name may stand in front of it, as a span of its own.
    let first = prompt.spans.first { $0.role == .user }?.messageIndex
    let end = prompt.spans.last { $0.messageIndex == first }?.range.upperBound ?? text.count
    // No name of a client holds a zero byte, and no prompt begins with this text.
    let code = code(Array("conversation\0\(client)\0".utf8) + text.prefix(end))
    return (Self.seed(code), Digest.hexadecimal(code))
  }

  private func code(_ message: [UInt8]) -> [UInt8] {
    Digest.authenticationCode(of: message, key: secret)
  }

  private static func seed(_ code: [UInt8]) -> UInt64 {
    code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } >> 11
  }
}

/// What only the operator knows, kept apart from the settings so that printing these shows none of it.
///
/// ```swift
/// let secrets = try ServerSecrets(
///   keyFile: try String(contentsOfFile: "keys.txt", encoding: .utf8), environment: environment)
/// ```
public struct ServerSecrets: Sendable {
  let keys: APIKeys
  let noise: StickyNoise

  /// Reads the secrets.
  ///
  /// - Parameters:
  ///   - keyFile: The text of a key file: a line for each key, `KEY` or `NAME=KEY`. Default: none.
  ///   - environment: The process's environment; `RESTA_API_KEYS` and `RESTA_NOISE_SECRET` count.
  ///     Default: empty; sticky noise then lasts as long as the process.
  /// - Throws: ``ServerError`` with `invalidSetting` for a key or a secret that is too short.
  public init(keyFile: String? = nil, environment: [String: String] = [:]) throws(ServerError) {
    keys = try APIKeys(file: keyFile, environment: environment[KeyList.variable])
    if let secret = environment[StickyNoise.variable] {
      noise = try StickyNoise(secret: secret)
    } else {
      var random = SystemRandomNumberGenerator()
      noise = StickyNoise(using: &random)
    }
  }

  /// Whether clients need a key.
  public var hasKeys: Bool { !keys.isEmpty }

  /// The seed that sticky noise has for a prompt: what a program that uses the library needs for the server's noise.
  ///
  /// - Parameter renderedPrompt: The prompt's whole text, as its chat template renders it.
  /// - Returns: The seed, of 53 bits.
  public func stickySeed(for renderedPrompt: String) -> UInt64 { noise.seed(for: renderedPrompt) }

  /// What an operator should know about the secrets.
  ///
  /// - Parameter settings: The server's settings.
  /// - Returns: A sentence; `nil` when there is nothing to say.
  public func note(for settings: ServerSettings) -> String? {
    guard settings.defense.sticky != .off, noise.isEphemeral else { return nil }
    return "Sticky noise lasts until this process ends: set \(StickyNoise.variable) to keep it."
  }
}
