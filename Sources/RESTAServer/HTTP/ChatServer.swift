import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import RESTA
import ServiceLifecycle
import Synchronization

/// An OpenAI-compatible HTTP server for one defended model.
///
/// It listens before the model is there, so that `/health` can say how far loading is.
///
/// ```swift
/// let server = try ChatServer(settings: settings, secrets: try ServerSecrets(), logger: logger) { _ in
///   LoadedModel(model: try await LlamaModel.load("model.gguf"))
/// }
/// try await server.run { address in print("Listening on \(address)") }
/// ```
public final class ChatServer: Sendable {
  /// Loads the model; told the share that is loaded through its argument, in 0...1.
  public typealias Loader =
    @Sendable (_ progress: @escaping @Sendable (Double) -> Void) async throws -> LoadedModel

  private enum Phase {
    case idle
    case running(ServiceGroup)
    case stopped
  }

  let state: ServerState
  private let logger: Logger
  private let loader: Loader
  private let origins: OriginPolicy
  private let tls: TLSConfiguration?
  // Invariant: `stopped` is final.
  private let phase = Mutex(Phase.idle)

  /// Prepares a server; nothing listens yet.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - secrets: Keys and the secret of sticky noise.
  ///   - logger: Where each request is logged.
  ///   - loader: Loads the model, once the server listens.
  /// - Throws: ``ServerError`` for settings that are invalid, and for a certificate that cannot be
  ///   read.
  public init(
    settings: ServerSettings, secrets: ServerSecrets, logger: Logger,
    loader: @escaping Loader
  ) throws(ServerError) {
    try settings.validate()
    for name in settings.metrics.keys where !secrets.keys.contains(name) {
      throw ServerError(
        .invalidSetting,
        "metrics.keys: no API key has the name '\(name)'. Give one in keys.file or $RESTA_API_KEYS, as"
          + " \(name)=KEY.")
    }
    state = ServerState(settings: settings, secrets: secrets)
    self.logger = logger
    self.loader = loader
    origins = try OriginPolicy(
      listenHost: settings.listen.host, allowedHosts: settings.listen.allowedHosts,
      allowedOrigins: settings.listen.allowedOrigins)
    tls = try Certificate.configuration(settings.listen)
  }

  /// Serves until ``shutDown()``, or until the task is cancelled, which cuts all answers.
  ///
  /// - Parameter listening: Told the address, such as `http://127.0.0.1:8080`, once there is one.
  ///
  /// - Precondition: It was not run before.
  /// - Throws: ``ServerError`` with `addressUnavailable`; what the loader throws.
  public func run(listening: @escaping @Sendable (String) -> Void = { _ in }) async throws {
    let router = Router(context: ServerContext.self)
    Routes(state: state).addAll(to: router, origins: origins, logger: logger)
    let application = Application(
      router: router, server: try makeChannel(),
      configuration: ApplicationConfiguration(
        address: .hostname(state.settings.listen.host, port: state.settings.listen.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          state.settings.limits.connections, logger: logger)),
      onServerRunning: { [self] channel in listening(address(of: channel)) },
      logger: frameworkLogger)
    let loading = LoadingService(state: state, loader: loader, logger: logger)
    let draining = DrainingService(state: state)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: application),
        // What is cancelled the framework logs as errors, in front of the loader's own.
        .init(service: loading, failureTerminationBehavior: .gracefullyShutdownGroup),
        .init(service: draining),
      ], logger: frameworkLogger)
    // Answers are cut at `shutdown_seconds`; who cannot even be told is left behind a little later.
    configuration.maximumGracefulShutdownDuration =
      .seconds(state.settings.limits.shutdownSeconds + 3)
    let group = ServiceGroup(configuration: configuration)
    let mayRun = phase.withLock { phase in
      switch phase {
      case .stopped: return false
      case .running: preconditionFailure("A server runs once.")
      case .idle:
        phase = .running(group)
        return true
      }
    }
    guard mayRun else { return }
    state.planning.start()
    defer { state.planning.shutdownGracefully { _ in } }
    do {
      try await group.run()
    } catch let error where error is IOError || error is SocketAddressError.UnknownHost {
      throw ServerError(
        .addressUnavailable,
        "Cannot listen on \(state.settings.listen.host):\(state.settings.listen.port): "
          + Self.reason(error), cause: error)
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: "something else does. Choose another --port, or stop that."
    case EACCES: "this user may not. Ports below 1024 are for root."
    case EADDRNOTAVAIL: "this machine has no such address. Choose another --host."
    case nil: "no address is known for it. Choose another --host."
    default: "\(error)."
    }
  }

  /// Stops: takes nothing new, lets answers finish for `limits.shutdown_seconds`, then ends them.
  public func shutDown() async {
    let group = phase.withLock { phase -> ServiceGroup? in
      defer { phase = .stopped }
      return if case .running(let group) = phase { group } else { nil }
    }
    await group?.triggerGracefulShutdown()
  }

  /// The framework describes its services, and so the settings and the digests of keys, while it
  /// debugs them: only its warnings are for the log.
  private var frameworkLogger: Logger {
    var own = logger
    own.logLevel = max(.warning, logger.logLevel)
    return own
  }

  private func makeChannel() throws -> HTTPServerBuilder {
    let base = HTTPServerBuilder {
      [limits = state.settings.limits, metrics = state.metrics, logger] in
      ConnectionChannel(responder: $0, limits: limits) {
        RequestRecord.refused($0, metrics: metrics, logger: logger)
      }
    }
    guard let tls else { return base }
    return try .tls(base, tlsConfiguration: tls)
  }

  private func address(of channel: any Channel) -> String {
    let port = channel.localAddress?.port ?? state.settings.listen.port
    let host = state.settings.listen.host
    return "\(tls == nil ? "http" : "https")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }
}

/// Loads the model while the server already listens; ends the server when that fails.
struct LoadingService: Service {
  let state: ServerState
  let loader: ChatServer.Loader
  let logger: Logger

  func run() async throws {
    do {
      let loaded = try await cancelWhenGracefulShutdown { [state, loader] in
        try await loader { state.slot.set(.loading($0)) }
      }
      let served = try ServedModel(
        loaded, settings: state.settings, created: Int(Date().timeIntervalSince1970))
      if let warning = served.policy.calibration.warning {
        logger.warning("The defence is \(warning)")
      }
      state.slot.set(.ready(served))
      try await gracefulShutdown()
    } catch is CancellationError where Task.isShuttingDownGracefully {
      // Stopped while it was loading: that is no failure.
    }
  }
}

/// Begins the end: the last service of a group is the first to hear of a shutdown.
struct DrainingService: Service {
  let state: ServerState

  func run() async throws {
    do { try await gracefulShutdown() } catch { return state.cut.fire() }
    state.slot.set(.stopping)
    state.planningQueue.close()
    state.queue.close()
    let seconds = state.settings.limits.shutdownSeconds
    // Not waited for: the services before this one, the HTTP server among them, stop after it.
    Task { [cut = state.cut] in
      try? await Task.sleep(for: .seconds(seconds))
      cut.fire()
    }
  }
}

/// Reads the files of a TLS server.
enum Certificate {
  /// The configuration for a certificate and its key; `nil` when none is set, `unreadableFile` for one of no use.
  static func configuration(
    _ listen: ServerSettings.Listen
  ) throws(ServerError) -> TLSConfiguration? {
    guard let certificate = listen.tlsCertificate, let key = listen.tlsKey else { return nil }
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(certificate)
      let privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
      // RFC 8996: keys and prompts go over it. The library's own default is 1.0.
      configuration.minimumTLSVersion = .tlsv12
      // What is wrong with both together, a key of another certificate, shows here only.
      _ = try NIOSSLContext(configuration: configuration)
      return configuration
    } catch {
      throw ServerError(
        .unreadableFile,
        "The certificate '\(certificate)' and the key '\(key)' cannot be used: \(error). Both must "
          + "be PEM files that this process may read, and the key that of the certificate.",
        cause: error)
    }
  }
}
