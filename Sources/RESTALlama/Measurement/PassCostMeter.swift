import RESTA

/// Gets a model's pass costs once, however many ask for them, and only if somebody does.
actor PassCostMeter {
  private let measure: @Sendable () async throws -> PassCosts
  private var costs: PassCosts?
  private var work: (number: Int, task: Task<Void, Never>)?
  private var waiters: [Int: CheckedContinuation<PassCosts, any Error>] = [:]
  private var nextNumber = 0

  /// Makes a meter.
  ///
  /// - Parameter measure: Called at the first need, and again only after it failed or was cancelled.
  init(_ measure: @escaping @Sendable () async throws -> PassCosts) {
    self.measure = measure
  }

  /// The costs; those who ask while they are measured wait for the same measurement.
  ///
  /// - Throws: What `measure` throws; `CancellationError` when this task is cancelled, at once. The
  ///   measurement goes on for as long as anybody waits for it.
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
    let key = options.cacheFolder.flatMap { _ in
      PassCostCache.Key(path: path, options: options, threads: parts.threads)
    }
    guard let folder = options.cacheFolder, let key else {
      self.init { try await measurement.run() }
      return
    }
    let cache = PassCostCache(folder: folder)
    self.init {
      if let costs = cache.costs(for: key) { return costs }
      let costs = try await measurement.run()
      cache.remember(costs, for: key)
      return costs
    }
  }
}
