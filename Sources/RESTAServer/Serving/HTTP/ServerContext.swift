import Hummingbird
import Logging
import NIOCore

/// What belongs to one request beside its head and body.
struct ServerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Fires when the client is gone.
  let gone: OneShotSignal
  /// Whose key the request came with; `anonymous` where none is needed.
  var client = APIKeys.anonymous
  /// What is known at the end only, for the log.
  let notes: RequestNotes

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    gone = OneShotSignal()
    notes = RequestNotes()
    source.channel.triggerUserOutboundEvent(
      ConnectionWatch.Subscription(gone: gone), promise: nil)
  }
}
