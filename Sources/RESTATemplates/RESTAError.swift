/// The error that functions of the `RESTA` module throw, beside `CancellationError` and what an engine throws.
///
/// `description` is safe to log: it never contains a prompt or an answer. Text that came from a
/// user, when it helps to find the fault, is in ``sensitiveDetail`` only.
public struct RESTAError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as an open set: new codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// A setting is outside its range (k, l, sigma, a probability, a temperature, ...).
    public static let invalidSetting = Code("invalid_setting")
    /// A chat template is missing, or it could not be parsed.
    public static let invalidTemplate = Code("invalid_template")
    /// A chat template refused these messages (its own `raise_exception`), or failed while rendering.
    public static let templateFailed = Code("template_failed")
    /// The messages cannot be turned into a prompt (no message, an unknown role, ...).
    public static let invalidMessages = Code("invalid_messages")
    /// The prompt and its copies do not fit into the model's context.
    public static let contextExceeded = Code("context_exceeded")
    /// The model returned a value that is not a finite number.
    public static let nonFiniteOutput = Code("non_finite_output")
    /// The model ended its answer without the text that the voted window follows: nothing was defended.
    public static let windowNeverOpened = Code("window_never_opened")
    /// The same where a bound of the request ended it: its tokens, a stop string, the context.
    public static let windowNotReached = Code("window_not_reached")
    /// The session is still answering.
    public static let sessionBusy = Code("session_busy")
    /// The engine behind the model failed.
    public static let engineFailed = Code("engine_failed")

    /// The code's stable name, for logs and machine-readable output.
    public var description: String { name }
  }

  /// What went wrong.
  public let code: Code

  /// What went wrong and what to do about it, in a sentence or two.
  public let message: String

  /// Text that may hold parts of a prompt or an answer; `nil` where there is none.
  public let sensitiveDetail: String?

  /// The error that caused this one, where there is one.
  public let cause: (any Error)?

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: What went wrong and the remedy, without any prompt or answer in it.
  ///   - sensitiveDetail: Text that may hold parts of a prompt. Default: none.
  ///   - cause: The error behind this one. Default: none.
  public init(
    _ code: Code, _ message: String, sensitiveDetail: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.sensitiveDetail = sensitiveDetail
    self.cause = cause
  }

  /// The message alone; safe to log.
  public var description: String { message }
}

extension RESTAError {
  package static func invalidSetting(_ message: String, cause: (any Error)? = nil) -> Self {
    Self(.invalidSetting, message, cause: cause)
  }

  /// Throws `invalidSetting`, with a message, unless a value is valid.
  package static func require(
    _ isValid: Bool, _ message: @autoclosure () -> String
  ) throws(RESTAError) {
    guard isValid else { throw invalidSetting(message()) }
  }
}
