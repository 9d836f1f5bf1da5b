import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import RESTA

/// `/v1/chat/completions` and `/v1/completions`.
struct GenerationRoutes: Sendable {
  let state: ServerState

  /// Answers a conversation.
  @Sendable func chat(_ request: Request, _ context: ServerContext) async throws -> Response {
    try await answer(request, context, of: .chat) { body in
      let chat = try ChatRequest(body: body, settings: state.settings)
      return { try $0.plan(chat) }
    }
  }

  /// Completes raw prompts.
  @Sendable func completion(_ request: Request, _ context: ServerContext) async throws -> Response {
    try await answer(request, context, of: .completion) { body in
      let completion = try CompletionRequest(body: body, settings: state.settings)
      return { try $0.plan(completion) }
    }
  }

  /// Reads a request, plans it and answers it.
  private func answer(
    _ request: Request, _ context: ServerContext, of endpoint: RequestField.Endpoint,
    _ read: ([UInt8]) throws -> Planning
  ) async throws -> Response {
    // It counts when it begins, however it ends: looking at it costs something too.
    let rate = state.rates.admit(context.client, tokens: 0, now: state.uptime)
    if let refusal = rate.refusal { return refused(refusal, rate, context) }
    // Before the body is wanted: there may be nobody to read it for.
    let served = try state.slot.model()
    let collector = BodyCollector(limit: state.settings.limits.bodyBytes)
    let planning = try read(try await collector.json(of: request, context))
    let batch = try await plan(served, context, planning)
    let shape = ReplyShape(
      endpoint: endpoint,
      head: .new(endpoint == .chat ? "chatcmpl" : "cmpl", model: served.id),
      includesUsage: batch.answer.includesUsage)
    let contents = ReplyContents(
      batch: batch, exposure: state.settings.client.expose, tokenizer: served.model.tokenizer)
    return try await reply(to: batch, shape, contents, context)
  }

  private typealias Planning = @Sendable (AnswerPlanner) throws -> AnswerBatch

  private func plan(
    _ served: ServedModel, _ context: ServerContext, _ work: @escaping Planning
  ) async throws -> AnswerBatch {
    let planner = AnswerPlanner(
      served: served, settings: state.settings,
      sticky: state.settings.defense.sticky == .off ? nil : state.secrets.noise, own: state.own,
      conversations: served.conversations, client: context.client)
    let place = try await place(in: state.planningQueue, context)
    defer { place.release() }
    // Who leaves while it waits in line is not planned for.
    return try await context.gone.cancelling { [planning = state.planning] in
      try await planning.runIfActive { try work(planner) }
    }
  }

  private func refused(
    _ error: APIError, _ rate: RateDecision, _ context: ServerContext
  ) -> Response {
    state.metrics.requestRejected(error)
    context.notes.add("error", error.code ?? error.type)
    return .failure(error).adding(rate.headers)
  }

  private func reply(
    to batch: AnswerBatch, _ shape: ReplyShape, _ contents: ReplyContents,
    _ context: ServerContext
  ) async throws -> Response {
    let work = batch.cost.workTokens
    let rate = state.rates.admit(context.client, requests: 0, tokens: work, now: state.uptime)
    if let refusal = rate.refusal { return refused(refusal, rate, context) }
    if state.settings.log.prompts { context.notes.addText(batch) }
    let start = state.uptime
    let ticket: AdmissionTicket
    do { ticket = try await place(in: state.queue, context) } catch {
      state.rates.refund(context.client, tokens: work, now: state.uptime)
      throw error
    }
    state.metrics.leftQueue(seconds: (state.uptime - start) / .seconds(1))
    let writer = AnswerWriter(
      run: run(batch, ticket, context), shape: shape, contents: contents,
      logger: context.logger, notes: context.notes)
    var others = rate.headers
    if let unknown = batch.answer.unknown.line {
      context.notes.add("unknown_fields", unknown)
      others.append(("x-resta-unknown-fields", unknown))
    }
    guard batch.answer.isStreamed else {
      let (bytes, votedFrom) = try await writer.whole()
      return Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
      ).adding(contents.headers(votedFrom: votedFrom) + others)
    }
    return Response(
      status: .ok,
      // nginx would keep events back until it has a page of them.
      headers: [
        .contentType: "text/event-stream; charset=utf-8", .custom("x-accel-buffering"): "no",
      ],
      body: ResponseBody { body in
        try await writer.stream(to: &body)
        try await body.finish(nil)
      }
    ).adding(contents.headers(votedFrom: nil) + others)
  }

  private func run(
    _ batch: AnswerBatch, _ ticket: AdmissionTicket, _ context: ServerContext
  ) -> AnswerRun {
    AnswerRun(
      batch: batch, ticket: ticket, gone: context.gone, cut: state.cut,
      limit: .seconds(state.settings.limits.requestSeconds),
      keepAlive: .seconds(state.settings.limits.keepaliveSeconds),
      sent: { [own = state.own, client = context.client] pieces in
        if !batch.messages.isEmpty { own.note(pieces, to: batch.messages, of: client) }
      }
    ) { index, result in
      context.notes.add(result, at: index, isFirst: index % batch.answer.choices == 0)
      if state.settings.log.prompts { context.notes.add("answer_\(index)", result.text) }
      state.metrics.record(result: result)
      // What was reckoned with and not needed; who leaves half-way has paid for all of it.
      guard let lengths = context.notes.answerLengths(of: batch.generations.count) else { return }
      state.rates.refund(
        context.client, tokens: batch.cost.workTokens - batch.cost.work(answers: lengths),
        now: state.uptime)
    }
  }

  /// Waits for a place; not for longer than the client does.
  private func place(
    in queue: AdmissionQueue, _ context: ServerContext
  ) async throws -> AdmissionTicket {
    do {
      return try await context.gone.cancelling { try await queue.enter() }
    } catch let error as APIError {
      state.metrics.requestRejected(error)
      throw error
    }
  }
}
