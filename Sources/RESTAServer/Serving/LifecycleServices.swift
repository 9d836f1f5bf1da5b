import Foundation
import RESTA
import ServiceLifecycle

/// Loads the model while the server already listens; ends the server when that fails.
struct LoadingService: Service {
  let state: ServerState
  let loader: ChatServer.Loader

  func run() async throws {
    do {
      let loaded = try await cancelWhenGracefulShutdown { [state, loader] in
        try await loader { state.slot.set(.loading($0)) }
      }
      state.slot.set(
        .ready(
          try ServedModel(
            loaded, settings: state.settings, created: Int(Date().timeIntervalSince1970))))
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
    state.queue.close()
    let seconds = state.settings.limits.shutdownSeconds
    // Not waited for: the services before this one, the HTTP server among them, stop after it.
    Task { [cut = state.cut] in
      try? await Task.sleep(for: .seconds(seconds))
      cut.fire()
    }
  }
}
