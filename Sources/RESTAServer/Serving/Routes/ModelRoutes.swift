import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RESTA

/// What can be asked about the server and its model.
struct ModelRoutes: Sendable {
  let state: ServerState

  /// `/v1/models`.
  @Sendable func list(_ request: Request, _ context: ServerContext) async throws -> Response {
    let served = try state.slot.model()
    return .json(ModelList(id: served.id, created: served.created))
  }

  /// `/v1/models/{id}`.
  @Sendable func one(_ request: Request, _ context: ServerContext) async throws -> Response {
    let served = try state.slot.model()
    guard
      context.parameters.getCatchAll().joined(separator: "/").removingPercentEncoding == served.id
    else {
      throw APIError.unknownModel(served: served.id)
    }
    return .json(ModelList.Entry(id: served.id, created: served.created))
  }

  /// `/v1/resta`: what a request may choose.
  @Sendable func information(_ request: Request, _ context: ServerContext) async throws -> Response
  {
    let served = try state.slot.model()
    return .json(InformationReply(served, settings: state.settings))
  }

  /// `/health`: 200 once requests are answered.
  @Sendable func health(_ request: Request, _ context: ServerContext) async throws -> Response {
    switch state.slot.state {
    case .ready: .json(HealthReply(status: "ok"))
    case .stopping: .json(HealthReply(status: "stopping"), status: .serviceUnavailable)
    case .loading(let share):
      .json(HealthReply(status: "loading", progress: share), status: .serviceUnavailable)
    }
  }

  /// `/metrics`, for Prometheus.
  @Sendable func metrics(_ request: Request, _ context: ServerContext) async throws -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: state.prometheus.exposition())))
  }
}

/// What `/health` says.
private struct HealthReply: Encodable {
  var status: String
  /// The share of the model that is loaded, in 0...1, while it is.
  var progress: Double?
}
