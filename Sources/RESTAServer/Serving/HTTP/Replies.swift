import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
  /// A reply in JSON.
  ///
  /// - Parameters:
  ///   - value: What is encoded.
  ///   - status: Default: 200.
  /// - Returns: The reply.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: WireJSON.bytes(value))))
  }

  /// An error as OpenAI's object, with the headers that go with it.
  ///
  /// - Parameter error: The error.
  /// - Returns: The reply.
  static func failure(_ error: APIError) -> Response {
    var response = json(ErrorReply(error), status: .init(code: error.status))
    if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
    if error.status == 401 {
      // Two fields: browsers ask for a key by the first, programs know the second.
      response.headers.append(.init(name: .wwwAuthenticate, value: "Basic realm=\"resta\""))
      response.headers.append(.init(name: .wwwAuthenticate, value: "Bearer realm=\"resta\""))
    }
    return response
  }

  /// The reply with more headers.
  ///
  /// - Parameter headers: Names and values.
  /// - Returns: The reply.
  func adding(_ headers: [(String, String)]) -> Response {
    var response = self
    for (name, value) in headers { response.headers[.custom(name)] = value }
    return response
  }
}

extension HTTPField.Name {
  /// A name of ours; the texts are constants, and valid.
  static func custom(_ name: String) -> HTTPField.Name {
    HTTPField.Name(name) ?? .server
  }

  static let requestID = custom("x-request-id")
}
