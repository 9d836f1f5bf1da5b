/// An API key that no description, dump or encoder shows.
struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let secret: String

  /// The value of the `Authorization` header.
  var authorization: String { "Bearer \(secret)" }

  var description: String { "(API key)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// Reads a key.
  ///
  /// - Parameters:
  ///   - variable: The environment variable; `nil` gives no key.
  ///   - environment: The environment.
  /// - Throws: ``EvaluationError`` with `invalidConfiguration` when there is none, or one that is no
  ///   header's value: a line break in it could add headers.
  init?(variable: String?, environment: [String: String]) throws(EvaluationError) {
    guard let variable else { return nil }
    guard let secret = environment[variable], !secret.isEmpty else {
      throw EvaluationError(
        .invalidConfiguration,
        "apiKeyVariable: the environment variable \(variable) is not set. Set it to the API key of "
          + "the judge's endpoint.")
    }
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw EvaluationError(
        .invalidConfiguration,
        "apiKeyVariable: the environment variable \(variable) holds a space, a line break or "
          + "another character that no API key has.")
    }
    self.secret = secret
  }
}
