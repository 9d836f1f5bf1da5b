/// Why an endpoint gave no reply: the ``EvaluationError/cause`` of a `judgeFailed`.
///
/// It says what came back. The endpoint's words in it are short, on one line, and without the key and
/// what they repeat of the question.
package enum EndpointFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing, or not all of it, within the time, in seconds.
  case timedOut(seconds: Double)
  /// The connection was refused, broke, or ended early; the kind of failure.
  case connectionFailed(kind: String)
  /// An HTTP status other than 200, and the endpoint's words.
  case status(Int, says: String = "")
  /// A status that sends the question to another place.
  case redirected(Int, to: String)
  /// Status 200, and an error in place of an answer.
  case reported(says: String)
  /// A status that may be retried, but not before longer than the settings allow, in seconds.
  case retryTooLate(status: Int, seconds: Double)
  /// More bytes than the limit.
  case responseTooLarge(limit: Int)
  case emptyBody
  /// A body of so many bytes that is no JSON.
  case notJSON(bytes: Int)
  /// JSON without something that must be there.
  case missing(field: String)
  /// A message without text: a refusal, reasoning alone, or nothing.
  case noText(String = "")

  /// Whether asking again may help: not where the server understood and declined.
  ///
  /// A body that is no chat completion is asked for again, because proxies put such in place of a server that starts.
  package var isRetryable: Bool {
    switch self {
    case .timedOut, .connectionFailed, .emptyBody, .notJSON, .missing, .reported: true
    case .status(let status, _): status == 408 || status == 429 || (500...599).contains(status)
    case .redirected, .retryTooLate, .responseTooLarge, .noText: false
    }
  }

  package var description: String {
    switch self {
    case .timedOut(let seconds): "no complete reply within \(seconds) s"
    case .connectionFailed(let kind): "the connection failed (\(kind))"
    case .status(let status, let words):
      "HTTP status \(status)" + (words.isEmpty ? "" : " with the words \(words)")
    case .redirected(let status, let place):
      "HTTP status \(status), a redirect to \(place), which is not followed (if that is the endpoint, "
        + "name it)"
    case .reported(let words): "an error in place of an answer: \(words)"
    case .retryTooLate(let status, let seconds):
      "HTTP status \(status) with a request to wait \(seconds) s, longer than is allowed"
    case .responseTooLarge(let limit): "a reply of more than \(limit) bytes"
    case .emptyBody: "an empty body"
    case .notJSON(let bytes): "\(bytes) bytes that are no JSON"
    case .missing(let field): "JSON without '\(field)'"
    case .noText(let detail): "a message without text" + (detail.isEmpty ? "" : " (\(detail))")
    }
  }
}
