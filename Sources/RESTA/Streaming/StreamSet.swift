/// The open streams of a generation, read as one, with the account of what they cost.
///
/// Each stream is a task of its own, so all of them advance while the decoder waits for any.
final class StreamSet: DecodingAccount {
  /// What a stream says: a token, nothing where it gave all that it will, or why it failed.
  private typealias Event = (stream: Int, said: Result<StreamedPrediction?, any Error>)

  private let source: any PredictionStreams
  private let stopwatch: Stopwatch
  private let (events, channel) = AsyncStream<Event>.makeStream()
  private var reader: AsyncStream<Event>.Iterator
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
        try await source.predict(request) { channel.yield((stream, .success($0))) }
        channel.yield((stream, .success(nil)))
      } catch {
        channel.yield((stream, .failure(error)))
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

  /// The next token of an open stream; `nil` where it has ended.
  func next() async throws -> (stream: Int, prediction: StreamedPrediction?) {
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
      let isOpen = !stopped.contains(item.stream)
      switch item.said {
      case .success(let prediction?):
        account.tokensProcessed += 1
        guard isOpen else { continue }
        hasTokens = true
        return (item.stream, prediction)
      case .success(nil):
        tasks.removeValue(forKey: item.stream)
        if isOpen { return (item.stream, nil) }
      case .failure(let error):
        tasks.removeValue(forKey: item.stream)
        if isOpen { throw error }
      }
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
          (index, try await source.logProbability(of: question.token, in: question.request))
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
