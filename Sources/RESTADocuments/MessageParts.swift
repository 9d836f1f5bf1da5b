/// Content that is given as text parts, as OpenAI's clients may.
package enum MessageParts {
  /// The content that parts make: a line each, in the command and in the server.
  package static func joined(_ parts: [String]) -> String { parts.joined(separator: "\n") }
}
