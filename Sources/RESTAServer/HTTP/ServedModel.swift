import NIOPosix
public import RESTA
import Synchronization

/// A loaded model as the server gets it.
public struct LoadedModel: Sendable {
  /// The model.
  public var model: any LanguageModel
  /// The chat template; `nil` for the model's own.
  public var template: ChatTemplate?
  /// Whether a text is a refusal, which checkpoints need that open the assistant's turn again; `nil` where nobody
  /// can tell.
  public var isRefusal: (@Sendable (String) -> Bool)?

  /// Describes a loaded model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  ///   - isRefusal: Whether a text is a refusal. Default: `nil`; a defence that needs it is refused then.
  public init(
    model: any LanguageModel, template: ChatTemplate? = nil,
    isRefusal: (@Sendable (String) -> Bool)? = nil
  ) {
    self.model = model
    self.template = template
    self.isRefusal = isRefusal
  }
}

/// The model with everything that requests need to know about it.
struct ServedModel: Sendable {
  /// What `model` says in requests and replies.
  let id: String
  /// When it was loaded, in seconds since 1970.
  let created: Int
  let model: any LanguageModel
  /// The chat template that is used; `nil` where there is none, and raw prompts alone are answered.
  let template: ChatTemplate?
  let policy: DefensePolicy
  /// What checkpoints do that open the assistant's turn again, if the operator's defence has those.
  let probe: CheckpointProbe?
  /// What is kept in the model of what was answered.
  let conversations: ConversationCache

  /// - Throws: ``ServerError`` when the settings do not fit the model, or its template is of no use.
  init(_ loaded: LoadedModel, settings: ServerSettings, created: Int) throws(ServerError) {
    let information = loaded.model.information
    id = settings.model.name ?? information.name
    self.created = created
    model = loaded.model
    let template = try Self.fitting { try Self.template(loaded, settings) }
    let policy = try DefensePolicy(settings: settings, model: information)
    (self.template, self.policy) = (template, policy)
    probe = try Self.fitting { try Self.probe(loaded, template, policy.defense) }
    conversations = ConversationCache(
      cells: ServerCapacity.keptCells(settings.inForce(information.calibrated)))
  }

  private static func probe(
    _ loaded: LoadedModel, _ template: ChatTemplate?, _ defense: DefenseSettings
  ) throws -> CheckpointProbe? {
    try defense.check(for: loaded.model)
    guard let isRefusal = loaded.isRefusal else {
      guard defense.checkpointForm == .vote else { throw CheckpointProbe.missing }
      return nil
    }
    return try CheckpointProbe(
      for: defense, model: loaded.model, template: template, isRefusal: isRefusal)
  }

  private static func template(
    _ loaded: LoadedModel, _ settings: ServerSettings
  ) throws -> ChatTemplate? {
    let own = try loaded.template ?? loaded.model.chatTemplate
    var template = own?.with(date: settings.prompt.date, variables: settings.prompt.templateVars)
    if settings.defense.sticky != .off, let clock = template?.clock {
      // Sticky noise follows the prompt: were the time in it, each second would draw another.
      template?.clock = { clock().midnight }
    }
    try template?.check(system: settings.prompt.system, setting: "prompt.system")
    return template
  }

  /// A model or a template that refuses the settings makes them invalid.
  private static func fitting<Value>(_ work: () throws -> Value) throws(ServerError) -> Value {
    do { return try work() } catch {
      let reason = (error as? RESTAError)?.message ?? "\(error)"
      throw ServerError(.invalidSetting, reason, cause: error)
    }
  }
}

/// Where the model is once it is loaded, and what `/health` says until then.
final class ModelSlot: Sendable {
  /// What the server can do.
  enum State: Sendable {
    /// It loads the model; the share that is loaded, in 0...1.
    case loading(Double)
    /// It answers.
    case ready(ServedModel)
    /// It finishes what runs, and takes nothing new.
    case stopping
  }

  // Invariant: `stopping` is final, and `ready` but for that.
  private let current = Mutex(State.loading(0))

  /// What the server can do now.
  var state: State { current.withLock { $0 } }

  /// Moves on, unless the server is stopping.
  func set(_ state: State) {
    current.withLock { current in
      switch (current, state) {
      case (.stopping, _), (.ready, .loading): return
      default: current = state
      }
    }
  }

  /// The model; ``APIError`` 503 while there is none.
  func model() throws(APIError) -> ServedModel {
    switch state {
    case .ready(let model): return model
    case .loading: throw .modelLoading
    case .stopping: throw .shuttingDown
    }
  }
}

/// Everything that requests share.
struct ServerState: Sendable {
  let settings: ServerSettings
  let secrets: ServerSecrets
  let slot = ModelSlot()
  let queue: AdmissionQueue
  let rates: RateLimits
  let metrics: ServerMetrics
  /// What it has answered.
  let own = OwnAnswers()
  /// Where prompts are rendered and tokenised.
  ///
  /// That can take long, and must not keep others from being answered. Two at once, so that a flood of
  /// long prompts waits for itself.
  let planning = NIOThreadPool(numberOfThreads: 2)
  /// Who waits for these two: no more than may be answered or wait for it, and no longer than an answer may take.
  let planningQueue: AdmissionQueue
  /// Fires when a stopping server ends what still runs.
  let cut = OneShotSignal()
  private let start = ContinuousClock.now

  init(settings: ServerSettings, secrets: ServerSecrets) {
    self.settings = settings
    self.secrets = secrets
    let limits = settings.limits
    metrics = ServerMetrics(showsMargins: settings.metrics.margins)
    queue = AdmissionQueue(
      concurrency: limits.concurrency, capacity: limits.queue,
      patience: .seconds(limits.queueSeconds)
    ) { [metrics] running, waiting in
      metrics.admissionChanged(running: running, queued: waiting)
    }
    planningQueue = AdmissionQueue(
      concurrency: 2,
      // Of a queue without a limit the sum would be no number.
      capacity: max(limits.queue, limits.queue &+ limits.concurrency),
      patience: .seconds(limits.requestSeconds))
    rates = RateLimits(
      requestsPerMinute: settings.rates.requestsPerMinute,
      tokensPerMinute: settings.rates.tokensPerMinute)
  }

  /// The time since the server was made; what rate limits count in.
  var uptime: Duration { ContinuousClock.now - start }
}
