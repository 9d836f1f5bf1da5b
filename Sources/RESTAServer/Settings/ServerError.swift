/// Why a server could not be set up or started; requests fail with `APIError`.
///
/// `message` is safe to log: it holds no prompt, no key and no secret.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as an open set: new codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// A setting of a flag, the environment or a file is unknown or out of range.
    public static let invalidSetting = Code("invalid_setting")
    /// A file that a setting names cannot be read (keys, certificate, configuration).
    public static let unreadableFile = Code("unreadable_file")
    /// The address cannot be listened on.
    public static let addressUnavailable = Code("address_unavailable")

    /// The code's stable name, for logs and machine-readable output.
    public var description: String { name }
  }

  /// What went wrong.
  public let code: Code

  /// What went wrong and what to do about it, in a sentence or two.
  public let message: String

  /// The error that caused this one, where there is one.
  public let cause: (any Error)?

  /// Makes an error.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message alone; safe to log.
  public var description: String { message }
}
