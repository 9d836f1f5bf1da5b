import RESTA

/// Everything that requests share.
struct ServerState: Sendable {
  let settings: ServerSettings
  let secrets: ServerSecrets
  let slot = ModelSlot()
  let queue: AdmissionQueue
  let rates: RateLimits
  let prometheus: PrometheusMetrics
  let metrics: ServerMetrics
  /// Fires when a stopping server ends what still runs.
  let cut = OneShotSignal()
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - settings: The operator's settings, valid.
  ///   - secrets: The operator's secrets.
  init(settings: ServerSettings, secrets: ServerSecrets) {
    self.settings = settings
    self.secrets = secrets
    let prometheus = PrometheusMetrics()
    let metrics = ServerMetrics(factory: prometheus)
    self.prometheus = prometheus
    self.metrics = metrics
    let limits = settings.limits
    queue = AdmissionQueue(
      concurrency: limits.concurrency, capacity: limits.queue,
      patience: .seconds(limits.queueSeconds)
    ) { running, waiting in
      metrics.admissionChanged(running: running, queued: waiting)
    }
    rates = RateLimits(
      requestsPerMinute: settings.rates.requestsPerMinute,
      tokensPerMinute: settings.rates.tokensPerMinute)
  }

  /// The time since the server was made; what rate limits count in.
  var uptime: Duration { ContinuousClock.now - start }

  /// Whether replies may hold something.
  func exposes(_ exposure: Exposure) -> Bool { settings.client.expose >= exposure }
}
