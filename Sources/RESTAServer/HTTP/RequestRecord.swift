import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RESTA
import Synchronization

/// Counts and logs one request, once: when its reply is written, or when nobody can be replied to any more.
final class RequestRecord: Sendable {
  private let metrics: ServerMetrics
  private let logger: Logger
  private let context: ServerContext
  private let method: String
  /// Only paths that exist are labels of metrics: one for each path that is tried would fill the memory.
  private let route: String?
  private let path: String
  private let start = ContinuousClock.now
  private let isComplete = Atomic(false)

  init(
    _ request: Request, _ context: ServerContext, metrics: ServerMetrics, logger: Logger,
    routes: RouteTable
  ) {
    self.metrics = metrics
    self.logger = logger
    self.context = context
    method = request.method.rawValue
    path = request.uri.path
    route = routes.contains(context.endpointPath) ? context.endpointPath : nil
  }

  /// Counts and logs what was refused before it was a request; returns the id of its reply.
  static func refused(_ error: APIError, metrics: ServerMetrics, logger: Logger) -> String {
    let id = "\(RequestID())"
    metrics.requestEnded(route: "other", status: error.status, seconds: 0)
    logger.info(
      "request",
      metadata: [
        "id": .string(id), "status": "\(error.status)", "error": .string(error.code ?? error.type),
      ])
    return id
  }

  /// A reply that is dropped before it is written had no client any more.
  deinit { complete(status: 499) }

  /// Counts and logs the request; calling it again does nothing.
  func complete(status: Int) {
    guard !isComplete.exchange(true, ordering: .relaxed) else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    metrics.requestEnded(route: route ?? "other", status: status, seconds: seconds)
    var metadata = context.notes.metadata
    metadata["id"] = .string(context.id)
    metadata["method"] = .string(method)
    metadata["path"] = .string(route ?? path)
    metadata["status"] = "\(status)"
    metadata["seconds"] = "\((seconds * 1000).rounded() / 1000)"
    logger.info("request", metadata: metadata)
  }
}

/// The outermost layer: gives each reply an id, turns what is thrown into OpenAI's error objects, and
/// has the request logged and counted.
struct RequestRecorder: RouterMiddleware {
  typealias Context = ServerContext

  let metrics: ServerMetrics
  let routes: RouteTable
  let logger: Logger

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    let record = RequestRecord(request, context, metrics: metrics, logger: logger, routes: routes)
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = Response.failure(routes.error(for: error, request, context))
    }
    response.headers[.requestID] = context.id
    if response.status == .methodNotAllowed {
      response.headers[.allow] = routes.allowed(request.uri.path).joined(separator: ", ")
    }
    // The page and the API hold nothing that a cache may keep.
    response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    let (status, body, isHead) = (response.status.code, response.body, request.method == .head)
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      let count = CountingWriter.Count()
      do {
        // An error's reply to a HEAD request would be taken for the next reply.
        if isHead {
          try await writer.finish(nil)
        } else {
          try await body.write(CountingWriter(parent: writer, count: count))
        }
        record.complete(status: context.notes.failure ?? status)
      } catch {
        // A client that has all of it may close before the end is written, which has no bytes.
        let sent = count.bytes.load(ordering: .relaxed)
        let isComplete = isHead || sent == body.contentLength
        record.complete(status: isComplete ? status : 499)
        throw error
      }
    }
    return response
  }
}

/// What a request's log line says beside its path and status; filled in on the way.
final class RequestNotes: Sendable {
  private struct State {
    var failure: Int?
    var fields: Logger.Metadata = [:]
    /// Sums over the answers that are complete, by their names in the log.
    var sums: [String: Int] = [:]
    /// The length of each, by its index.
    var answers: [Int: Int] = [:]
  }

  private let state = Mutex(State())

  /// What the status would have been, had what ended a stream been known when it began.
  var failure: Int? {
    get { state.withLock { $0.failure } }
    set { state.withLock { $0.failure = newValue } }
  }

  func add(_ key: String, _ value: String) {
    state.withLock { $0.fields[key] = .string(value) }
  }

  /// Adds the prompts, where the operator wants them logged.
  func addText(_ batch: AnswerBatch) {
    let choices = batch.answer.choices
    for (index, generation) in batch.generations.enumerated() where index % choices == 0 {
      add("prompt_\(index / choices)", generation.prompt.rendered.text)
    }
  }

  /// The lengths of so many answers, by index; `nil` while some are missing.
  func answerLengths(of count: Int) -> [Int]? {
    let answers = state.withLock { $0.answers }
    return answers.count == count ? answers.sorted { $0.key < $1.key }.map(\.value) : nil
  }

  /// Adds an answer, and its prompt's length if it is the `isFirst` to that.
  func add(_ result: GenerationResult, at index: Int, isFirst: Bool) {
    let own = [
      "answers": 1, "prompt_tokens": isFirst ? result.promptTokens : 0,
      "answer_tokens": result.tokenIDs.count, "passes": result.totals.passes,
      "tokens_processed": result.totals.tokensProcessed,
    ]
    state.withLock { state in
      state.answers[index] = result.tokenIDs.count
      state.sums.merge(own, uniquingKeysWith: +)
    }
  }

  var metadata: Logger.Metadata {
    state.withLock { state in
      let sums = state.sums.mapValues { Logger.MetadataValue.string("\($0)") }
      return state.fields.merging(sums) { field, _ in field }
    }
  }
}

/// Counts what of a reply's body is written, to tell a client that left behind a complete reply from
/// one that left before.
struct CountingWriter: ResponseBodyWriter {
  /// How many bytes, wherever the writer has gone.
  final class Count: Sendable {
    let bytes = Atomic(0)
  }

  var parent: any ResponseBodyWriter
  let count: Count

  mutating func write(_ buffer: ByteBuffer) async throws {
    try await parent.write(buffer)
    count.bytes.add(buffer.readableBytes, ordering: .relaxed)
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
    try await parent.finish(trailingHeaders)
  }
}
