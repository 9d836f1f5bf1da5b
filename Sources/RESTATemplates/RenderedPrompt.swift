/// The text of a prompt, and where in it each message's content landed.
///
/// What lies outside the spans was written by the template: control tokens, role names, a default
/// system prompt. Ranges count UTF-8 bytes, because tokenisers do.
public struct RenderedPrompt: Sendable, Hashable {
  /// One run of bytes that came from one message: its content, or its name.
  public struct ContentSpan: Sendable, Hashable {
    /// The message's position in the array that was rendered, from 0.
    public var messageIndex: Int

    /// The message's role.
    public var role: ChatMessage.Role

    /// Where the run is, as UTF-8 byte offsets into ``RenderedPrompt/text``; never empty.
    public var range: Range<Int>

    /// Makes a span.
    public init(messageIndex: Int, role: ChatMessage.Role, range: Range<Int>) {
      self.messageIndex = messageIndex
      self.role = role
      self.range = range
    }
  }

  /// The whole prompt.
  public var text: String

  /// The runs of message content, ascending and not overlapping.
  ///
  /// A message may have several (a template that splits or repeats it, or prints its name) or none (content
  /// that is empty, or white space that a template trims). Neighbouring runs of one message are one span.
  public var spans: [ContentSpan]

  /// Makes a rendered prompt.
  public init(text: String, spans: [ContentSpan]) {
    self.text = text
    self.spans = spans
  }
}

extension RenderedPrompt {
  /// Turns rendered scalars into UTF-8 text and byte ranges.
  init(_ rendered: JinjaText, messages: [ChatMessage]) {
    // Scalar by scalar: building from Characters could normalise nothing today, but only scalars
    // promise that the bytes that went in come out.
    var text = String.UnicodeScalarView()
    var length = 0
    var spans: [ContentSpan] = []
    var open: (origin: Int, start: Int)?
    func close() {
      guard let span = open, messages.indices.contains(span.origin) else { return }
      spans.append(
        ContentSpan(
          messageIndex: span.origin, role: messages[span.origin].role,
          range: span.start..<length))
    }
    for unit in rendered.units {
      let origin = unit.origin?.message
      if open?.origin != origin {
        close()
        open = origin.map { ($0, length) }
      }
      text.append(unit.scalar)
      length += UTF8.width(unit.scalar)
    }
    close()
    self.init(text: String(text), spans: spans)
  }
}
