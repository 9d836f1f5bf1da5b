package import RESTADocuments

/// The error that the `RESTAEvaluation` module throws.
///
/// `description` is safe to log: it names files, rows and fields, and never holds a prompt or an
/// answer.
public struct EvaluationError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as an open set: new codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// A data file is not of the format it should have.
    public static let invalidData = Code("invalid_data")
    /// A configuration holds an unknown key, or a value of the wrong type or out of range.
    public static let invalidConfiguration = Code("invalid_configuration")
    /// A file is missing, or cannot be read or written.
    public static let fileFailed = Code("file_failed")
    /// A store is of another version, is no store, or does not fit the run.
    public static let invalidStore = Code("invalid_store")
    /// A judge's endpoint could not be used at all.
    public static let judgeFailed = Code("judge_failed")

    /// The code's stable name, for logs and machine-readable output.
    public var description: String { name }
  }

  /// What went wrong.
  public let code: Code

  /// What went wrong, where (`FILE:ROW: field 'NAME'`), and what to do about it.
  public let message: String

  /// The error that caused this one, where there is one.
  public let cause: (any Error)?

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: What went wrong, where, and the remedy, without any prompt or answer in it.
  ///   - cause: The error behind this one. Default: none.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message alone; safe to log.
  public var description: String { message }
}

extension EvaluationError {
  package static func invalidData(_ message: String, cause: (any Error)? = nil) -> Self {
    Self(.invalidData, message, cause: cause)
  }

  package static func invalidConfiguration(
    _ message: String, cause: (any Error)? = nil
  ) -> Self { Self(.invalidConfiguration, message, cause: cause) }

  package static func invalidStore(_ message: String, cause: (any Error)? = nil) -> Self {
    Self(.invalidStore, message, cause: cause)
  }

  package init(_ error: DocumentError) {
    self.init(error.isMissing ? .fileFailed : .invalidData, error.message, cause: error.cause)
  }

  /// Does what reads a data file, with this module's errors.
  package static func reading<Value>(
    _ body: () throws(DocumentError) -> Value
  ) throws(EvaluationError) -> Value {
    do { return try body() } catch { throw EvaluationError(error) }
  }
}
