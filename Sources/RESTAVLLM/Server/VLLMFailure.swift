import RESTADocuments

/// Why a request to a server gave no tokens: the cause of a `RESTAError` with `engineFailed`.
package enum VLLMFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The connection was refused or broke; its kind.
  case disconnected(String)
  /// Nothing came for so many seconds.
  case silent(seconds: Double)
  /// A status other than 200, what the server says, and after how many seconds it wants to be asked again.
  case status(Int, says: ServerWords, retryAfter: Double?)
  /// The stream ended before the answer did.
  case cutOff
  /// What came is not what the API describes.
  case malformed(String)
  /// The server gives other tokens for the same prompt than it did.
  case otherWeights

  /// Whether asking again may help.
  ///
  /// Not what the server understood and declined; and what breaks in the middle is asked for again, since a
  /// greedy continuation is the same each time.
  package var isRetryable: Bool {
    switch self {
    case .disconnected, .silent, .cutOff, .malformed: true
    case .status(let status, _, _):
      [408, 425, 429].contains(status) || (500...599).contains(status)
    case .otherWeights: false
    }
  }

  /// Whether it is about the server and not about the request: another one may well answer.
  var blamesServer: Bool {
    if case .status(let status, _, _) = self { return [401, 403, 404].contains(status) }
    return self == .otherWeights
  }

  /// Whether the server may be another one by now.
  var isSuspicious: Bool {
    if case .status(let status, _, _) = self, status < 500 { return blamesServer }
    return true
  }

  /// How long it wants to be left alone, in seconds.
  var pause: Double {
    if case .status(_, _, let seconds) = self { return seconds ?? 0 }
    return 0
  }

  /// What the server said: words that may quote a prompt; `nil` where it said nothing.
  var words: String? {
    guard case .status(_, let said, _) = self, !said.text.isEmpty else { return nil }
    return said.text
  }

  /// What happened, without the server's words: it is logged.
  package var description: String {
    switch self {
    case .disconnected(let kind):
      "the connection failed (\(kind)): see that the server runs and that the address is right"
    case .silent(let seconds): "nothing came for \(seconds) s"
    case .status(let status, let said, _):
      "HTTP status \(status)" + (said.type.map { " (\($0))" } ?? "")
    case .cutOff: "the stream ended before the answer did"
    case .malformed(let what): "the reply is not what vLLM's API describes (\(what))"
    case .otherWeights: "the server gives other tokens than at the start: it has other weights now"
    }
  }
}

/// What a server says about an error.
package struct ServerWords: Sendable, Hashable {
  /// Its name for the kind of error, such as `BadRequestError`; `nil` for what is no name.
  let type: String?
  /// Its message on one line, cut short and without the key; it may quote the request.
  let text: String

  init(_ reply: JSONValue?, hiding authorization: String? = nil) {
    let error = reply?.object?["error"]
    let type = (error ?? reply)?.object?["type"]?.string
    self.type = type.flatMap { name in
      let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") }
      return isName && (1...64).contains(name.count) ? name : nil
    }
    let text =
      error?.object?["message"]?.string ?? error?.string ?? reply?.object?["message"]?.string
      ?? reply?.object?["detail"]?.string ?? ""
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let key = authorization?.dropFirst("Bearer ".count) ?? ""
    self.text = String((key.isEmpty ? line : line.replacing(key, with: "(API key)")).prefix(300))
  }
}
