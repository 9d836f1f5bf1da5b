import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RESTA
import RESTADocuments
import RESTATesting
import Synchronization

/// A server on this machine that speaks as much of vLLM's API as the engine needs, and fails as told.
final class ToyServer: Sendable {
  /// What happens to a request for tokens.
  enum Fault: Sendable, Equatable {
    case none
    /// A status, with a header perhaps.
    case status(Int, headers: [String: String] = [:])
    /// The connection ends behind so many tokens.
    case cut(after: Int)
    /// The stream ends properly, but no event says that it is over.
    case half(after: Int)
    /// An event is no JSON behind so many tokens.
    case garbled(after: Int)
    /// An event tells an error behind so many tokens.
    case error(after: Int)
    /// Nothing more comes behind so many tokens.
    case stall(after: Int)
    /// It stops, and ends what it has begun as if that were an answer.
    case abort(after: Int)
    /// All events come at once, cut anywhere.
    case buffered
  }

  /// What it is and does.
  struct Behaviour: Sendable {
    var model: ToyModel
    var names = ["toy"]
    var version: String? = "0.32.0"
    var tokensShifted = 0
    var rowsAreIgnored = false
    var allowedTokensAreIgnored = false
    /// Between tokens.
    var pause: TimeAmount = .zero
    /// By the number of a request for tokens, from 0; the checks at the start are none of them.
    var fault: @Sendable (Int) -> Fault = { _ in .none }
  }

  struct State {
    var behaviour: Behaviour
    var requests = 0
    /// What was sent to `/v1/completions`.
    var bodies: [JSONObject] = []
    var headers: [HTTPHeaders] = []
    var running = 0
    var isCounting = false
  }

  final class Shared: Sendable {
    let state: Mutex<State>
    init(_ state: State) { self.state = Mutex(state) }
  }

  let shared: Shared
  let port: Int
  private let channel: any Channel

  init(_ behaviour: Behaviour, port: Int = 0) async throws {
    let shared = Shared(State(behaviour: behaviour))
    self.shared = shared
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(shared))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    self.port = channel.localAddress?.port ?? 0
  }

  var address: String { "http://127.0.0.1:\(port)" }
  /// Streams that are under way.
  var running: Int { shared.state.withLock { $0.running } }
  var bodies: [JSONObject] { shared.state.withLock { $0.bodies } }
  var headers: [HTTPHeaders] { shared.state.withLock { $0.headers } }

  /// Changes what it does from now on, and starts to count requests.
  func become(_ change: @Sendable (inout Behaviour) -> Void) {
    shared.state.withLock { state in
      change(&state.behaviour)
      (state.requests, state.isCounting, state.bodies, state.headers) = (0, true, [], [])
    }
  }

  func close() async throws { try await channel.close() }

  /// Answers one connection's requests.
  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: Shared
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isStreaming = false

    init(_ shared: Shared) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): (self.head, body) = (head, [])
      case .body(let buffer): body += buffer.readableBytesView
      case .end: answer(context)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      stopped()
      context.fireChannelInactive()
    }

    private func stopped() {
      if isStreaming { shared.state.withLock { $0.running -= 1 } }
      isStreaming = false
    }

    private func answer(_ context: ChannelHandlerContext) {
      let behaviour = shared.state.withLock { $0.behaviour }
      let value = (try? JSONReader.value(of: body[...]))?.object ?? JSONObject([:])
      switch head?.uri {
      case "/v1/models":
        let list = behaviour.names.map {
          JSONValue.object(["id": .string($0), "max_model_len": .integer(ToyAnswer.longest)])
        }
        reply(200, .object(["data": .array(list)]), context)
      case "/version":
        guard let version = behaviour.version else { return reply(404, .null, context) }
        reply(200, .object(["version": .string(version)]), context)
      case "/tokenize":
        let tokens = Array((value["prompt"]?.string ?? "").utf8).map {
          JSONValue.integer(Int128($0) + Int128(behaviour.tokensShifted))
        }
        reply(200, .object(["tokens": .array(tokens)]), context)
      case "/v1/completions": complete(value, behaviour, context)
      default: reply(404, .null, context)
      }
    }

    private func complete(
      _ body: JSONObject, _ behaviour: Behaviour, _ context: ChannelHandlerContext
    ) {
      let headers = head?.headers ?? [:]
      let isProbe = body["cache_salt"]?.string == "resta-probe"
      let number = shared.state.withLock { state -> Int? in
        guard state.isCounting, !isProbe else { return nil }
        state.bodies.append(body)
        state.headers.append(headers)
        defer { state.requests += 1 }
        return state.requests
      }
      let fault = number.map(behaviour.fault) ?? .none
      if case .status(let status, let headers) = fault {
        let words = JSONValue.object([
          "message": .string("told to fail"), "type": .string("ToyError"),
        ])
        return reply(status, .object(["error": words]), headers: headers, context)
      }
      guard let tokens = ToyAnswer(body, behaviour) else {
        let words = JSONValue.object(["message": .string("too long, or rows of a wrong width")])
        return reply(400, .object(["error": words]), context)
      }
      guard body["stream"] == .bool(true) else {
        return reply(200, tokens.event(0..<tokens.predictions.count, isLast: true), context)
      }
      isStreaming = true
      shared.state.withLock { $0.running += 1 }
      send(HTTPResponseHead(version: .http1_1, status: .ok), context)
      if fault == .buffered {
        var all = ""
        for index in tokens.predictions.indices { all += tokens.line(index) }
        let bytes = Array((all + "data: [DONE]\n\n").utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
          write(bytes[start..<min(bytes.count, start + 7)], context)
        }
        return finish(context)
      }
      next(0, of: tokens, fault, behaviour.pause, context)
    }

    private func next(
      _ index: Int, of tokens: ToyAnswer, _ fault: Fault, _ pause: TimeAmount,
      _ context: ChannelHandlerContext
    ) {
      guard isStreaming else { return }
      switch fault {
      case .cut(index):
        write("data: {\"choi".utf8, context)
        return context.close(promise: nil)
      case .half(index): return finish(context)
      case .garbled(index):
        write("data: {\"choices\": [{\n\n".utf8, context)
        return finish(context)
      case .error(index):
        write("data: {\"error\": {\"message\": \"engine died\", \"code\": 500}}\n\n".utf8, context)
        return finish(context)
      case .abort(index):
        let choice = #"{"index": 0, "text": "", "token_ids": [], "finish_reason": "abort"}"#
        write("data: {\"choices\": [\(choice)]}\n\ndata: [DONE]\n\n".utf8, context)
        return finish(context)
      case .stall(index): return
      default: break
      }
      guard index < tokens.predictions.count else {
        write("data: [DONE]\n\n".utf8, context)
        return finish(context)
      }
      write(tokens.line(index).utf8, context)
      // Runs on this handler's own event loop.
      let loop = context.eventLoop.assumeIsolated()
      loop.scheduleTask(in: pause) { self.next(index + 1, of: tokens, fault, pause, context) }
    }

    private func reply(
      _ status: Int, _ value: JSONValue, headers: [String: String] = [:],
      _ context: ChannelHandlerContext
    ) {
      var head = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: status))
      for (name, value) in headers { head.headers.add(name: name, value: value) }
      send(head, context)
      write(JSONText.value(value).utf8, context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func send(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
      context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func write(_ bytes: some Sequence<UInt8>, _ context: ChannelHandlerContext) {
      context.writeAndFlush(
        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext) {
      stopped()
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}

/// What ``ToyServer`` answers to a request.
struct ToyAnswer {
  /// The most positions of prompt and answer.
  static let longest: Int128 = 512

  private(set) var predictions: [(token: Int, logits: [Float])] = []
  /// The prompt's tokens from the second one on, where their log-probabilities are wanted.
  private var prompted: [(token: Int, logits: [Float])] = []
  private let listed: Int?

  /// Computes it; `nil` for rows of a wrong width, and for more positions than there are.
  init?(_ body: JSONObject, _ behaviour: ToyServer.Behaviour) {
    listed = body["logprobs"]?.int
    var rows: [ToyModel.Row]
    if let prompt = body["prompt"]?.array {
      rows = prompt.compactMap { $0.int.map { ToyModel.row(TokenID($0)) } }
    } else {
      let archive = body["prompt_embeds"]?.array?.first?.string ?? ""
      guard let decoded = ToyModel.rows(ofArchive: archive) else { return nil }
      rows = behaviour.rowsAreIgnored ? decoded.map { _ in [7, 7, 7, 7] } : decoded
    }
    let count = body["max_tokens"]?.int ?? 0
    guard rows.count + count <= Int(Self.longest) else { return nil }
    if body["prompt_logprobs"] != nil, let prompt = body["prompt"]?.array?.compactMap(\.int) {
      prompted = prompt.indices.dropFirst().map {
        (prompt[$0], behaviour.model.logits(Array(rows[..<$0])))
      }
    }
    let stops = Set(body["stop_token_ids"]?.array?.compactMap(\.int) ?? [])
    let allowed =
      behaviour.allowedTokensAreIgnored ? nil : body["allowed_token_ids"]?.array?.first?.int
    for _ in 0..<count {
      let logits = behaviour.model.logits(rows)
      var token = 0
      for index in logits.indices where logits[index] > logits[token] { token = index }
      token = allowed ?? token
      predictions.append((token, logits))
      rows.append(ToyModel.row(TokenID(token)))
      if stops.contains(token) { break }
    }
  }

  /// A server-sent event with one token.
  func line(_ index: Int) -> String {
    let isLast = index == predictions.count - 1
    return "data: " + JSONText.value(event(index..<index + 1, isLast: isLast)) + "\n\n"
  }

  private static func logProbabilities(_ logits: [Float]) -> [Double] {
    let sum = logits.reduce(0) { $0 + exp(Double($1)) }
    return logits.map { Double($0) - log(sum) }
  }

  func event(_ range: Range<Int>, isLast: Bool) -> JSONValue {
    var choice: [String: JSONValue] = [
      "index": .integer(0), "text": .string("x"),
      "token_ids": .array(predictions[range].map { .integer(Int128($0.token)) }),
      "finish_reason": isLast ? .string("length") : .null,
    ]
    if let listed {
      var (chosen, top): ([JSONValue], [JSONValue]) = ([], [])
      for (token, logits) in predictions[range] {
        let values = Self.logProbabilities(logits)
        chosen.append(.number(values[token]))
        let ranked = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
        let members = Set(ranked.prefix(listed) + [token]).map {
          ("token_id:\($0)", JSONValue.number(values[$0]))
        }
        top.append(.object(JSONObject(Dictionary(uniqueKeysWithValues: members))))
      }
      choice["logprobs"] = .object(["token_logprobs": .array(chosen), "top_logprobs": .array(top)])
    }
    let values: [JSONValue] = prompted.map { token, logits in
      .object(["\(token)": .object(["logprob": .number(Self.logProbabilities(logits)[token])])])
    }
    if !values.isEmpty { choice["prompt_logprobs"] = .array([.null] + values) }
    return .object(["choices": .array([.object(JSONObject(choice))])])
  }
}
