import RESTA

/// Gets a model's pass costs once, however many ask for them, and only if somebody does.
actor PassCostMeter {
  private let measure: @Sendable () async throws -> PassCosts
  private var costs: PassCosts?
  private var work: (number: Int, task: Task<Void, Never>)?
  private var waiters: [Int: CheckedContinuation<PassCosts, any Error>] = [:]
  private var nextNumber = 0

  init(_ measure: @escaping @Sendable () async throws -> PassCosts) {
    self.measure = measure
  }

  /// The costs; those who ask while they are measured wait for the same measurement.
  func value() async throws -> PassCosts {
    if let costs { return costs }
    let id = number()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiters[id] = continuation
        // Cancelled before it waited: the handler found nothing to remove.
        if Task.isCancelled { withdraw(id) } else { start() }
      }
    } onCancel: {
      Task { await self.withdraw(id) }
    }
  }

  private func number() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  private func start() {
    guard work == nil else { return }
    let (number, measure) = (number(), measure)
    let task = Task {
      do {
        finish(number, .success(try await measure()))
      } catch {
        finish(number, .failure(error))
      }
    }
    work = (number, task)
  }

  private func finish(_ number: Int, _ result: Result<PassCosts, any Error>) {
    if case .success(let measured) = result { costs = costs ?? measured }
    // One that was given up has nobody waiting: who waits now waits for a later one.
    guard work?.number == number else { return }
    work = nil
    let waiting = waiters.values
    waiters = [:]
    for waiter in waiting { waiter.resume(with: costs.map { .success($0) } ?? result) }
  }

  private func withdraw(_ id: Int) {
    guard let waiter = waiters.removeValue(forKey: id) else { return }
    waiter.resume(throwing: CancellationError())
    if waiters.isEmpty {
      work?.task.cancel()
      work = nil
    }
  }
}

extension PassCostMeter {
  /// A meter of a loaded model: remembered costs first, where there is a folder for them.
  init(_ parts: LlamaParts, path: String, options: LlamaOptions) {
    let scheduler = parts.scheduler
    let measurement = PassCostMeasurement(vocabularySize: parts.information.vocabularySize) {
      try await scheduler.reserve(sequences: $0, cells: $1)
    }
    // The files are looked at now: later there may be others under their names.
    let key = PassCostCache.Key(path: path, options: options, threads: parts.threads)
    let cache = options.cacheFolder.map { PassCostCache(folder: $0) }
    self.init {
      if let key, let costs = cache?.costs(for: key) { return costs }
      let costs = try await measurement.run()
      if let key { cache?.remember(costs, for: key) }
      return costs
    }
  }
}

/// Measures how long forward passes take by their width, on the model and machine at hand.
struct PassCostMeasurement: Sendable {
  /// Widths that a decoder's passes have: one sequence, a few copies, all of them, drafts for all.
  ///
  /// CPU kernels take four rows at a time and what is left over one by one, so a width is cheapest at
  /// a multiple of four; these are as far from one as those of real passes are in the mean.
  static let widths = [1, 2, 6, 14, 30, 62]
  /// Fewer than the k + 1 of a defended answer, so that the context need not grow for this alone.
  static let sequences = 8
  /// The room that is set aside; each pass starts with empty sequences.
  static let cells = 64

  let vocabularySize: Int
  /// How often a width is measured; the best counts, since whatever disturbs a pass makes it slower.
  var repeats = 3
  /// No width is begun after so much time, except for the second: one alone says nothing about width.
  var limit = Duration.seconds(1)
  /// Gives the sequences that are measured with.
  let reserve: @Sendable (_ sequences: Int, _ cells: Int) async throws -> any SequenceReservation

  /// Measures, in about a second at most unless a single pass takes that long.
  func run() async throws -> PassCosts {
    try await reserve(Self.sequences, Self.cells).use { try await measure($0) }
  }

  private func measure(_ reservation: any SequenceReservation) async throws -> PassCosts {
    let clock = ContinuousClock()
    let end = clock.now + limit
    // The first pass reads the weights from the disk, and sets up what later ones use again.
    _ = try await time(1, reservation)
    var samples: [PassCosts.Sample] = []
    for width in Self.widths {
      guard samples.count < 2 || clock.now < end else { break }
      var best = try await time(width, reservation)
      for _ in 1..<max(2, repeats) where clock.now < end {
        best = min(best, try await time(width, reservation))
      }
      // A clock that stood still would be an impossible cost.
      samples.append(
        PassCosts.Sample(positions: width, seconds: max(best / .seconds(1), 1e-9)))
    }
    return PassCosts(samples: samples)
  }

  /// How long one pass takes; the sequences are empty again afterwards.
  private func time(
    _ width: Int, _ reservation: any SequenceReservation
  ) async throws -> Duration {
    let segments = segments(width)
    let duration = try await ContinuousClock().measure {
      // That the logits have been computed is all that is wanted of them.
      _ = try await reservation.forward(segments) { _, _ in true }
    }
    for segment in segments { try await reservation.truncate(segment.sequence, to: 0) }
    return duration
  }

  /// Positions spread evenly: one for each sequence first, then several.
  private func segments(_ width: Int) -> [ForwardSegment] {
    let used = min(width, Self.sequences)
    return (0..<used).map { sequence in
      let count = width / used + (sequence < width % used ? 1 : 0)
      // Tokens from all over the vocabulary: where a router chooses experts, equal ones would all
      // choose the same and be too cheap.
      let tokens = (0..<count).map { index in
        TokenID((sequence * width + index) * 7919 % vocabularySize)
      }
      return ForwardSegment(sequence: sequence, input: .tokens(tokens), outputs: .all)
    }
  }
}
