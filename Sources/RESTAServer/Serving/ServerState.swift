import CoreMetrics
import NIOPosix
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
  /// Where prompts are rendered and tokenised.
  ///
  /// That can take long, and must not keep others from being answered. Two at once, so that a flood of
  /// long prompts waits for itself.
  let planning = NIOThreadPool(numberOfThreads: 2)
  /// Fires when a stopping server ends what still runs.
  let cut = OneShotSignal()
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - settings: The operator's settings, valid.
  ///   - secrets: The operator's secrets.
  ///   - factory: Where metrics go besides `/metrics`; `nil` for nowhere.
  init(settings: ServerSettings, secrets: ServerSecrets, metrics factory: (any MetricsFactory)?) {
    self.settings = settings
    self.secrets = secrets
    let prometheus = PrometheusMetrics()
    let metrics = ServerMetrics(
      factory: factory.map { MultiplexMetricsHandler(factories: [prometheus, $0]) } ?? prometheus)
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
}
