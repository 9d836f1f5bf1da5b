import HTTPTypes
import Hummingbird
import NIOCore

/// The files of the playground; they are part of the program, so that it works offline.
enum PlaygroundFile: CaseIterable {
  case page
  case script
  case style

  /// Where it is.
  var path: String {
    switch self {
    case .page: "/"
    case .script: "/playground.js"
    case .style: "/playground.css"
    }
  }

  /// The file with what keeps a page safe: nothing is loaded from elsewhere, nothing inline runs.
  var response: Response {
    Response(
      status: .ok,
      headers: [
        .contentType: type,
        .contentSecurityPolicy: "default-src 'none'; script-src 'self'; style-src 'self'; "
          + "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        .custom("referrer-policy"): "no-referrer",
      ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private var type: String {
    switch self {
    case .page: "text/html; charset=utf-8"
    case .script: "text/javascript; charset=utf-8"
    case .style: "text/css; charset=utf-8"
    }
  }

  private var bytes: [UInt8] {
    switch self {
    case .page: PackageResources.playground_html
    case .script: PackageResources.playground_js
    case .style: PackageResources.playground_css
    }
  }
}
