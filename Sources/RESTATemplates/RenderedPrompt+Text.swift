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
      let origin = unit.origin
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
