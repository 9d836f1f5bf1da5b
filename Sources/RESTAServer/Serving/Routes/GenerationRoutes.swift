import HTTPTypes
import Hummingbird
import NIOCore
import RESTA

/// `/v1/chat/completions` and `/v1/completions`.
struct GenerationRoutes: Sendable {
  let state: ServerState

  /// Answers a conversation.
  @Sendable func chat(_ request: Request, _ context: ServerContext) async throws -> Response {
    let chat = try ChatRequest(body: try await read(request), defaults: defaults)
    let served = try state.slot.model()
    let batch = try planner(served).plan(chat)
    let shape = ChatShape(
      head: .new("chatcmpl", model: served.id), includesUsage: batch.answer.includesUsage)
    return try await answer(
      batch, AnswerFormat(shape: shape, contents: contents(batch, served)), context)
  }

  /// Completes raw prompts.
  @Sendable func completion(_ request: Request, _ context: ServerContext) async throws -> Response {
    let completion = try CompletionRequest(body: try await read(request), defaults: defaults)
    let served = try state.slot.model()
    let batch = try planner(served).plan(completion)
    let shape = CompletionShape(
      head: .new("cmpl", model: served.id), includesUsage: batch.answer.includesUsage)
    return try await answer(
      batch, AnswerFormat(shape: shape, contents: contents(batch, served)), context)
  }

  private func read(_ request: Request) async throws -> [UInt8] {
    let limits = state.settings.limits
    return try await BodyCollector(limit: limits.bodyBytes, seconds: limits.readSeconds)
      .json(of: request)
  }

  private var defaults: RequestDefaults {
    let settings = state.settings
    return RequestDefaults(
      maximumTokens: min(settings.answer.maxTokens, settings.limits.answerTokens),
      temperature: settings.answer.temperature, answerLimit: settings.limits.answerTokens,
      choiceLimit: settings.limits.choices, roles: settings.client.roles)
  }

  private func planner(_ served: ServedModel) -> AnswerPlanner {
    AnswerPlanner(
      served: served, settings: state.settings,
      sticky: state.settings.defense.sticky ? state.secrets.noise : nil)
  }

  private func contents(_ batch: AnswerBatch, _ served: ServedModel) -> ReplyContents {
    ReplyContents(
      batch: batch, exposure: state.settings.client.expose, tokenizer: served.model.tokenizer)
  }

  private func answer(
    _ batch: AnswerBatch, _ format: AnswerFormat<some ReplyShape>, _ context: ServerContext
  ) async throws -> Response {
    let rate = state.rates.admit(context.client, tokens: batch.workTokens, now: state.uptime)
    if let refusal = rate.refusal {
      state.metrics.requestRejected(refusal)
      throw refusal
    }
    let run = AnswerRun(
      batch: batch, ticket: try await ticket(context), gone: context.gone, cut: state.cut,
      limit: .seconds(state.settings.limits.requestSeconds),
      keepAlive: .seconds(state.settings.limits.keepaliveSeconds)
    ) { result in
      context.notes.add(result)
      state.metrics.record(result: result)
      if let seconds = result.totals.firstTokenSeconds {
        state.metrics.firstToken(seconds: seconds)
      }
    }
    let writer = AnswerWriter(
      run: run, format: format, logger: context.logger, notes: context.notes)
    let headers = format.contents.headers + rate.headers
    guard batch.answer.isStreamed else {
      let bytes = try await writer.whole()
      return Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
      ).adding(headers)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8"],
      body: ResponseBody { body in
        try await writer.stream(to: &body)
        try await body.finish(nil)
      }
    ).adding(headers)
  }

  /// Waits for a place; not for longer than the client does.
  private func ticket(_ context: ServerContext) async throws -> AdmissionTicket {
    let start = ContinuousClock.now
    do {
      let ticket = try await context.gone.cancelling { [queue = state.queue] in
        try await queue.enter()
      }
      state.metrics.leftQueue(seconds: (ContinuousClock.now - start) / .seconds(1))
      return ticket
    } catch let error as APIError {
      state.metrics.requestRejected(error)
      throw error
    }
  }
}
