package import Foundation

/// Why a document cannot be read: the message names file, place and what is expected.
package struct DocumentError: Error, Sendable, CustomStringConvertible {
  package let message: String
  package let cause: (any Error)?
  /// Whether there was nothing to read: no such file, or one that cannot be opened.
  package var isMissing = false

  package init(_ message: String, cause: (any Error)? = nil) {
    self.message = message
    self.cause = cause
  }

  package var description: String { message }
}

extension Error {
  /// The system's own error where Foundation has only wrapped it: it knows of fewer reasons.
  package var systemError: NSError {
    let error: any Error = self
    let cause = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error) ?? error
    // Elsewhere than on Apple's systems it is no NSError, and its own words are none.
    guard let posix = cause as? POSIXError else { return cause as NSError }
    return NSError(domain: NSPOSIXErrorDomain, code: Int(posix.code.rawValue))
  }

  /// Why the system did not do something, in its words, such as "Not a directory".
  package var systemReason: String {
    systemError.localizedFailureReason ?? systemError.localizedDescription
  }
}
