import RESTA

/// Why an answer ended, in OpenAI's words.
enum FinishReason: String, Encodable, Sendable {
  case stop
  case length
  case contentFilter = "content_filter"

  /// Translates a reason.
  ///
  /// - Parameter reason: RESTA's; an abstained vote is the defence that ends an answer, for which
  ///   OpenAI's nearest word is the content filter.
  init(_ reason: StopReason) {
    switch reason {
    case .endOfGeneration, .stopString: self = .stop
    case .maximumTokens, .contextFull: self = .length
    case .abstained: self = .contentFilter
    }
  }
}
