import RESTADocuments

/// Noise seeds that are a function of the prompt: asking again draws the same noise, so that trying
/// again until the noise is favourable gains nothing.
///
/// Without the secret nobody can tell which noise a prompt gets, or search for a prompt that gets a
/// good one offline.
struct StickyNoise: Sendable {
  /// The environment variable that holds the secret.
  static let variable = "RESTA_NOISE_SECRET"

  /// The least length of a secret, in bytes.
  static let minimumLength = 16

  /// Whether the secret was drawn for this process: after a restart, or on another server, the same
  /// prompt gets other noise.
  let isEphemeral: Bool

  private let secret: [UInt8]

  /// Takes a secret.
  ///
  /// - Parameter text: The value of `RESTA_NOISE_SECRET`; its UTF-8 bytes are the secret.
  /// - Throws: ``ServerError`` with `invalidSetting` when it has fewer than 16 bytes.
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
  ///
  /// - Parameter generator: The system's secure one, unless a test wants to know what comes.
  init(using generator: inout some RandomNumberGenerator) {
    secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    isEphemeral = true
  }

  /// The seed of the noise for a prompt.
  ///
  /// - Parameter renderedPrompt: The prompt as the model reads it, template and all. Its bytes count:
  ///   canonically equivalent prompts differ.
  /// - Returns: The first 8 bytes of HMAC-SHA256 (RFC 2104) under the secret, the first being the most
  ///   significant, less the last 11 bits: 53 bits, as all of RESTA's own seeds, so that it survives
  ///   every JSON reader.
  /// - Complexity: O(bytes of the prompt).
  func seed(for renderedPrompt: String) -> UInt64 {
    let code = Digest.authenticationCode(of: Array(renderedPrompt.utf8), key: secret)
    return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } >> 11
  }
}
