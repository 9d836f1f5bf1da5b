/// The open streams of a generation, read as one, with the account of what they cost.
///
/// Each stream is a task of its own, so all of them advance while the decoder waits for any.
final class StreamSet: DecodingAccount {
  /// What a stream says.
  enum Event: Sendable {
    case token(StreamedPrediction)
    /// It gave all that it will.
    case ended
    case failed(any Error)
  }

  private let source: any PredictionStreams
  private let stopwatch: Stopwatch
  private let (events, channel) = AsyncStream<(stream: Int, event: Event)>.makeStream()
  private var reader: AsyncStream<(stream: Int, event: Event)>.Iterator
  /// Those that may still run, stopped ones among them.
  private var tasks: [Int: Task<Void, Never>] = [:]
  private var stopped: Set<Int> = []
  private var opened = 0
  private var hasTokens = false
  private var account = GenerationTotals()

  init(_ source: any PredictionStreams, stopwatch: Stopwatch) {
    self.source = source
    self.stopwatch = stopwatch
    reader = events.makeAsyncIterator()
  }

  /// A generation that is dropped half-way leaves nothing running.
  deinit { for task in tasks.values { task.cancel() } }

  /// Starts a stream, and gives its number.
  func open(_ request: PredictionRequest) -> Int {
    let stream = opened
    opened += 1
    count(request)
    tasks[stream] = Task { [source, channel] in
      do {
        try await source.predict(request) { channel.yield((stream, .token($0))) }
        channel.yield((stream, .ended))
      } catch {
        channel.yield((stream, .failed(error)))
      }
    }
    return stream
  }

  /// Stops a stream; what it said and was not read yet does not count.
  func close(_ stream: Int) {
    guard let task = tasks[stream] else { return }
    task.cancel()
    stopped.insert(stream)
  }

  /// The next thing that an open stream says.
  func next() async throws -> (stream: Int, event: Event) {
    let start = stopwatch.seconds
    defer {
      let waited = stopwatch.seconds - start
      if hasTokens { account.decodeSeconds += waited } else { account.prefillSeconds += waited }
    }
    while true {
      var reader = reader
      let item = await reader.next()
      self.reader = reader
      guard let item else { throw CancellationError() }
      let counts = !stopped.contains(item.stream)
      switch item.event {
      case .token:
        account.tokensProcessed += 1
        if counts { hasTokens = true }
      case .ended: tasks.removeValue(forKey: item.stream)
      case .failed(let error):
        tasks.removeValue(forKey: item.stream)
        if counts { throw error }
      }
      if counts { return item }
    }
  }

  /// ln p of tokens as continuations of sequences, asked for all at once.
  func logProbabilities(
    of questions: [(token: TokenID, request: PredictionRequest)]
  ) async throws -> [Double] {
    for question in questions { count(question.request) }
    return try await withThrowingTaskGroup(of: (Int, Double).self) { group in
      for (index, question) in questions.enumerated() {
        group.addTask { [source] in
          (
            index,
            try await source.logProbability(of: question.token, in: question.request)
          )
        }
      }
      var answers = [Double](repeating: 0, count: questions.count)
      for try await (index, value) in group { answers[index] = value }
      return answers
    }
  }

  private func count(_ request: PredictionRequest) {
    account.passes += 1
    account.tokensProcessed += request.count
  }

  var totals: GenerationTotals {
    var totals = account
    totals.uploadedBytes = source.uploadedBytes
    return totals
  }

  /// Stops everything, and waits until it has stopped.
  func release() async {
    let running = tasks.values
    tasks = [:]
    for task in running { task.cancel() }
    for task in running { await task.value }
  }
}
