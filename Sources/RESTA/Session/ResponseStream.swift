/// The answer of a ``ChatSession`` as it is generated.
public struct ResponseStream: AsyncSequence, Sendable {
  /// Tokens, and the result at the end.
  public typealias Element = GenerationEvent
  /// ``RESTAError``, or `CancellationError`.
  public typealias Failure = any Error

  let session: ChatSession
  let prompt: String
  let options: GenerationOptions

  /// Starts the answer when its first event is asked for.
  public func makeAsyncIterator() -> Iterator {
    Iterator(self)
  }

  /// Runs one turn of the session.
  public struct Iterator: AsyncIteratorProtocol {
    private let stream: ResponseStream
    private var turn: Turn?
    private var generation: Generation.Iterator?
    private var ended = false

    fileprivate init(_ stream: ResponseStream) {
      self.stream = stream
    }

    /// The next event, or `nil` after the last one.
    ///
    /// - Throws: ``RESTAError``; `CancellationError` when the task is cancelled.
    public mutating func next() async throws -> GenerationEvent? {
      guard !ended else { return nil }
      // Set before anything can throw: asking on after an error must not start the turn again.
      ended = true
      var iterator: Generation.Iterator
      if let generation {
        iterator = generation
      } else {
        let generation = try stream.session.begin(stream.prompt, options: stream.options)
        turn = Turn(session: stream.session, prompt: stream.prompt)
        iterator = generation.makeAsyncIterator()
      }
      do {
        let event = try await iterator.next()
        generation = iterator
        if case .finished(let result) = event {
          turn?.end(answer: result.text)
        } else {
          ended = false
        }
        return event
      } catch {
        turn?.end(answer: nil)
        throw error
      }
    }
  }

  /// Holds the session's turn; an iterator that is dropped half-way gives it back.
  private final class Turn {
    private let session: ChatSession
    private let prompt: String
    private var ended = false

    init(session: ChatSession, prompt: String) {
      self.session = session
      self.prompt = prompt
    }

    deinit { end(answer: nil) }

    func end(answer: String?) {
      guard !ended else { return }
      ended = true
      session.end(prompt, answer: answer)
    }
  }
}
