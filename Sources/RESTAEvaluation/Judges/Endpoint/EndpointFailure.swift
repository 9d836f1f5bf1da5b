/// Why an endpoint gave no reply: the ``EvaluationError/cause`` of a `judgeFailed`.
///
/// It says what came back, and quotes nothing of it.
package enum EndpointFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing, or not all of it, within the time, in seconds.
  case timedOut(seconds: Double)
  /// The connection was refused, broke, or ended early; the kind of failure.
  case connectionFailed(kind: String)
  /// An HTTP status other than 200.
  case status(Int)
  /// A status that may be retried, but not before longer than the settings allow, in seconds.
  case retryTooLate(status: Int, seconds: Double)
  /// More bytes than the limit.
  case responseTooLarge(limit: Int)
  /// No body.
  case emptyBody
  /// A body of so many bytes that is no JSON.
  case notJSON(bytes: Int)
  /// JSON without something that must be there.
  case missing(field: String)
  /// A message without text: a refusal of the server, or nothing.
  case noText

  /// Whether asking again may help: not where the server understood and declined.
  ///
  /// A body that is no chat completion is asked for again, because proxies put such in place of a
  /// server that starts.
  package var isRetryable: Bool {
    switch self {
    case .timedOut, .connectionFailed, .emptyBody, .notJSON, .missing: true
    case .status(let status): status == 408 || status == 429 || (500...599).contains(status)
    case .retryTooLate, .responseTooLarge, .noText: false
    }
  }

  /// What came back.
  package var description: String {
    switch self {
    case .timedOut(let seconds): "no complete reply within \(seconds) s"
    case .connectionFailed(let kind): "the connection failed (\(kind))"
    case .status(let status): "HTTP status \(status)"
    case .retryTooLate(let status, let seconds):
      "HTTP status \(status) with a request to wait \(seconds) s, longer than is allowed"
    case .responseTooLarge(let limit): "a reply of more than \(limit) bytes"
    case .emptyBody: "an empty body"
    case .notJSON(let bytes): "\(bytes) bytes that are no JSON"
    case .missing(let field): "JSON without '\(field)'"
    case .noText: "a message without text"
    }
  }
}
