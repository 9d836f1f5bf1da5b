/// Why a document cannot be read: the message names file, place and what is expected.
package struct DocumentError: Error, Sendable, CustomStringConvertible {
  package let message: String
  /// The error behind it, where there is one.
  package let cause: (any Error)?
  /// Whether there was nothing to read: no such file, or one that cannot be opened.
  package var isMissing = false

  package init(_ message: String, cause: (any Error)? = nil) {
    self.message = message
    self.cause = cause
  }

  package var description: String { message }
}
