import HTTPTypes
import NIOHTTP1

/// The head of a request that can be read in one way only.
///
/// What could be read in two ways is refused, whatever one of them would be: where the server and a proxy in front of
/// it disagree about where a request ends or whom it is for, one client's bytes become another one's request.
struct RequestHead {
  /// The head, its target in the form `/path?query`, or `*`.
  private(set) var head: HTTPRequestHead
  /// Whether another request may follow on the connection.
  private(set) var isKeepAlive: Bool
  /// Whether the client waits for `100 Continue` before it sends the body.
  private(set) var awaitsContinue = false

  /// Checks a head; ``APIError`` 400, 417 or 501 says what is wrong with it.
  init(_ head: HTTPRequestHead) throws(APIError) {
    self.head = head
    // An answer of unknown length needs chunks, which HTTP/1.0 has not. Behind an upgrade that is offered
    // the parser reads no HTTP any more, though nobody here takes the offer.
    isKeepAlive =
      !head.isOld && head.isKeepAlive && !head.headers.contains(name: "upgrade")
    try Self.checkFields(head.headers)
    try resolveTarget()
    try checkHost()
    try checkFraming()
    try readExpectation()
    if !isKeepAlive { self.head.headers.replaceOrAdd(name: "connection", value: "close") }
  }

  /// Fields that the framework would drop or change in silence.
  private static func checkFields(_ headers: HTTPHeaders) throws(APIError) {
    for (name, value) in headers {
      guard HTTPField.Name(name) != nil else {
        throw .malformed("a header's name holds what no name may.")
      }
      // White space around a value is none of it (RFC 9110, 5.5), as behind a scheme without a key.
      guard HTTPField.isValidValue(String(value.trimmed { $0 == " " || $0 == "\t" })) else {
        throw .malformed("the header '\(name)' holds control characters.")
      }
    }
  }

  /// Takes the host out of a target that names one: it is the one asked for, whatever `Host` says (RFC 9112, 3.2.2).
  private mutating func resolveTarget() throws(APIError) {
    let target = head.uri
    guard head.method != .CONNECT else {
      throw .malformed("CONNECT is for proxies, and this is none.")
    }
    if target.hasPrefix("/") || (target == "*" && head.method == .OPTIONS) { return }
    let lower = target.lowercased()
    guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else {
      throw .malformed("the target must be a path, such as /v1/models.")
    }
    let rest = target.dropFirst(scheme.count)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard HostName(rest[..<end]) != nil else {
      throw .malformed("the target's host is none.")
    }
    head.headers.replaceOrAdd(name: "host", value: String(rest[..<end]))
    let path = rest[end...]
    head.uri = path.hasPrefix("/") ? String(path) : "/\(path)"
  }

  private func checkHost() throws(APIError) {
    let hosts = head.headers["host"]
    guard hosts.count < 2 else { throw .malformed("there are \(hosts.count) Host headers.") }
    guard !hosts.isEmpty || head.isOld else {
      throw .malformed("there is no Host header.")
    }
  }

  /// The parser refuses lengths that contradict each other; this does not rely on it.
  private func checkFraming() throws(APIError) {
    let lengths = head.headers["content-length"]
    let codings = head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() }
    guard lengths.count < 2 else {
      throw .malformed("there are \(lengths.count) Content-Length headers.")
    }
    if let length = lengths.first {
      guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw .malformed("Content-Length must be one number.")
      }
    }
    guard head.headers.contains(name: "transfer-encoding") else { return }
    guard lengths.isEmpty else {
      throw .malformed("there are both Content-Length and Transfer-Encoding.")
    }
    guard !head.isOld else {
      throw .malformed("HTTP/1.0 has no Transfer-Encoding.")
    }
    guard codings.allSatisfy({ $0 == "chunked" }) else {
      throw .invalid(
        "Of transfer encodings only 'chunked' is supported.",
        code: "unsupported_transfer_encoding", status: 501)
    }
    guard codings.count == 1 else { throw .malformed("the body is chunked more than once.") }
  }

  private mutating func readExpectation() throws(APIError) {
    // HTTP/1.0 knows no expectations, and its clients no 100 (RFC 9110, 10.1.1).
    guard !head.isOld else { return }
    let expected = head.headers[canonicalForm: "expect"].filter { !$0.isEmpty }
    guard expected.allSatisfy({ $0.lowercased() == "100-continue" }) else {
      throw .invalid(
        "Of expectations only '100-continue' can be met.", code: "expectation_failed", status: 417)
    }
    let length = head.headers.first(name: "content-length").flatMap { Int($0) }
    let hasBody = length.map { $0 > 0 } ?? head.headers.contains(name: "transfer-encoding")
    awaitsContinue = !expected.isEmpty && hasBody
  }
}

extension HTTPRequestHead {
  /// Whether it is HTTP/1.0; the parser takes no other major version.
  fileprivate var isOld: Bool { version.minor < 1 }
}

extension APIError {
  /// Bytes that are no request of HTTP, or could be two different ones: 400.
  static func malformed(_ what: String) -> APIError {
    .invalid("This is no valid HTTP request: \(what)", code: "malformed_request")
  }

  /// What the parser of heads stumbled over.
  init(_ error: HTTPParserError) {
    self =
      switch error {
      case .headerOverflow:
        .invalid(
          "The request's head is too large: at most 100 headers, 16 KiB each, 32 KiB in all.",
          code: "head_too_large", status: 431)
      case .invalidVersion:
        .invalid(
          "Use HTTP/1.1, and CRLF at the end of each line.", code: "unsupported_http_version",
          status: 505)
      case .invalidEOFState: .malformed("it ends in the middle.")
      case .unexpectedContentLength: .malformed("its length is given twice.")
      case .invalidContentLength: .malformed("Content-Length must be one number.")
      case .invalidChunkSize: .malformed("a chunk's size is no number.")
      case .invalidMethod: .malformed("there is no such method.")
      case .invalidHeaderToken: .malformed("a header holds what none may.")
      case .invalidURL: .malformed("the target must be a path, such as /v1/models.")
      default: .malformed("it breaks the protocol's rules.")
      }
  }
}
