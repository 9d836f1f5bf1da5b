package import RESTA

/// How much memory and time a server's limits allow, for the operator to know before the first request.
package struct ServerCapacity: Sendable, Hashable {
  /// How many rows of a pass are made from prompts' embeddings at once: those of one batch of the engine.
  static let batchRows = 512

  /// Positions and sequences of the cache that are there from the start.
  package let usual: SequenceRoom
  /// Positions of the cache when one request has needed all that `limits.work_tokens` allow.
  package let largestCells: Int
  /// The most bytes of prompts' embeddings, beside the cache.
  ///
  /// `(concurrency × prompt tokens + 512) × d × 4`, for the prompt tokens that the limits allow: each
  /// request that runs keeps one vector for each of its prompt's tokens, which its copies share; noise is
  /// added to the rows of one batch at a time.
  package let embeddingBytes: Int
  /// The most bytes that open streams to vLLM servers hold: the rows of the copies, in base 64.
  package let uploadBytes: Int

  private let settings: ServerSettings

  /// Reckons with a model's context length and embedding length.
  package init(_ settings: ServerSettings, contextLength: Int, dimensions: Int) {
    self.settings = settings
    let limits = settings.limits
    usual = Self.usualRoom(settings)
    let most = SequenceRoom(
      sequences: 1, cells: min(limits.workTokens, usual.sequences * contextLength))
    largestCells = usual.holds(most) ? usual.cells : usual.grown(for: most, usual: usual).cells
    let least = settings.client.off ? 0 : settings.client.samples.min ?? settings.defense.samples
    let prompt = min(
      limits.promptTokens ?? contextLength, contextLength, limits.workTokens / (least + 1))
    embeddingBytes = (limits.concurrency * prompt + Self.batchRows) * dimensions * 4
    let copies = max(settings.defense.samples, settings.client.samples.max ?? 0)
    let rows = limits.concurrency * min(limits.workTokens, copies * contextLength)
    uploadBytes = rows * dimensions * (settings.model.vllmBfloat16 ? 2 : 4) * 4 / 3
  }

  /// How many positions are kept between requests.
  static func keptCells(_ settings: ServerSettings) -> Int {
    // The reference decoder uses none.
    guard settings.defense.decoder != .reference else { return 0 }
    return settings.limits.keptCells
      ?? (settings.defense.sticky == .conversation ? runningCells(settings) : 1024)
  }

  private static func runningCells(_ settings: ServerSettings) -> Int {
    let limits = settings.limits
    return limits.cacheTokens ?? limits.concurrency * (settings.defense.samples + 1) * 256
  }

  /// The room, from the start, for requests that run at once, and for what is kept between them.
  ///
  /// By default 256 positions for each sequence, and one sequence for each copy that a request can have, and one
  /// more. Beside it is what is kept between requests: as many conversations as run at once, or the few ways in which
  /// the operator's prompts begin.
  package static func usualRoom(_ settings: ServerSettings) -> SequenceRoom {
    let (limits, own) = (settings.limits, settings.defense.samples)
    let samples = max(own, settings.client.samples.max ?? 0)
    let running = limits.concurrency * (samples + 1)
    let kept = keptCells(settings)
    let beside = kept == 0 ? 0 : settings.defense.sticky == .conversation ? running : 4
    return SequenceRoom(
      sequences: min(256, running + beside), cells: runningCells(settings) + kept)
  }

  /// A line for the log; `besideBytes` is what program, weights and a pass's buffers take, `nil` where nobody knows.
  package func summary(bytesPerCell: Int, besideBytes: Int?, costs: PassCosts) -> String {
    func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
    let limits = settings.limits
    // Far beyond what was measured nothing is nearly free, whatever the last two widths say.
    let widest = costs.samples.last.map { $0.seconds / Double($0.positions) } ?? 0
    let seconds = max(
      costs.seconds(positions: limits.workTokens), widest * Double(limits.workTokens))
    let time =
      "one request may compute limits.work_tokens, \(limits.workTokens) positions, which takes about "
      // A limit that is none takes longer than there are numbers.
      + "\(max(1, Int(min(seconds, 1e15).rounded()))) s here"
    let warning =
      seconds > limits.requestSeconds
      ? ", longer than limits.request_seconds (\(SettingValue.text(of: limits.requestSeconds))): it "
        + "would hold its place until then and not end. Lower limits.work_tokens" : ""
    let beside =
      besideBytes.map { ", program, weights and the buffers of a pass \(megabytes($0))" } ?? ""
    let kept = Self.keptCells(settings)
    let keptText = kept > 0 ? ", \(kept) positions of them to keep between requests" : ""
    return "a cache of \(usual.cells) positions (\(megabytes(usual.cells * bytesPerCell))) for "
      + "\(usual.sequences) sequences\(keptText); long requests can make it grow to \(largestCells) "
      + "(\(megabytes(largestCells * bytesPerCell))), and prompts take up to "
      + "\(megabytes(embeddingBytes)) beside it\(beside); \(time)\(warning)"
  }
}
