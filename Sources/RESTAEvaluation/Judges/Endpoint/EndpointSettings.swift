package import Foundation
import RESTA

/// How an OpenAI-compatible endpoint is asked.
package struct EndpointSettings: Sendable, Hashable, Codable {
  /// The server's address: `http://localhost:8000`, `https://example.org/v1`, or the whole address up
  /// to and with `/chat/completions`.
  ///
  /// It must not hold a name, a password or a query (but Azure's `api-version`): it may be printed.
  package var baseURL: String
  /// The model's name at the server.
  package var model: String
  /// The environment variable that holds the API key; with `nil` none is sent.
  package var apiKeyVariable: String?
  /// The header that carries the key: `Authorization`, where `Bearer` stands before it, or Azure's
  /// `api-key`.
  package var keyHeader = "Authorization"
  /// The temperature, or `nil` to leave it to the model; by default 0, and none where the endpoint refuses that.
  package var temperature: Double? = 0
  /// The name of the limit of a reply; `nil` for `max_tokens`, or the other where that is refused.
  package var tokenParameter: TokenParameter?
  /// How much a reasoning model reasons, in its own words; `nil` to leave it to the model.
  package var reasoningEffort: String?
  /// The longest time for one attempt, from the first byte to the last, in seconds, above 0.
  package var timeout = 120.0
  /// How often a question is asked at most, at least 1.
  package var attempts = 5
  /// The pause before the second attempt, in seconds, 0 or more, doubled with each one after it.
  package var firstPause = 1.0
  /// The longest pause between attempts, in seconds, at least ``firstPause``.
  ///
  /// A server that asks for a longer one is not asked again.
  package var longestPause = 60.0
  /// The most attempts in a minute, at least 1, evenly spaced; `nil` is no limit.
  package var requestsPerMinute: Int?
  /// The most attempts at the same time, at least 1.
  package var concurrency = 4
  /// The longest reply that is read, in bytes, at least 1.
  package var maximumResponseBytes = 1 << 20

  /// The names that servers have for the limit of a reply.
  package enum TokenParameter: String, Sendable, Hashable, Codable, CaseIterable {
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The model and what it is asked otherwise than by default: what a judge's id ends with.
  var asked: String {
    var parts = [model]
    if temperature != 0 {
      parts.append("temperature=\(temperature.map(SettingValue.text(of:)) ?? "default")")
    }
    if let reasoningEffort { parts.append("reasoning_effort=\(reasoningEffort)") }
    return parts.joined(separator: "+")
  }

  package func validate() throws(EvaluationError) {
    _ = try address()
    let faults = [
      (model.isEmpty, "model: a judge's endpoint needs the model's name"),
      (
        keyHeader.wholeMatch(of: /[A-Za-z0-9-]+/) == nil, "keyHeader: must be the name of a header"
      ),
      (!(0...2).contains(temperature ?? 0), "temperature: must be in 0...2, or none"),
      (!(timeout > 0 && timeout <= 86_400), "timeout: must be above 0 and at most 86400 seconds"),
      (!(1...1000).contains(attempts), "attempts: must be in 1...1000"),
      (!(firstPause >= 0 && firstPause <= longestPause), "firstPause: must be in 0...longestPause"),
      (!(longestPause <= 86_400), "longestPause: must be at most 86400 seconds"),
      (
        !(1...1_000_000).contains(requestsPerMinute ?? 1),
        "requestsPerMinute: must be in 1...1000000"
      ),
      (!(1...4096).contains(concurrency), "concurrency: must be in 1...4096"),
      (maximumResponseBytes < 1, "maximumResponseBytes: must be at least 1"),
    ]
    if let (_, text) = faults.first(where: { $0.0 }) {
      throw EvaluationError.invalidConfiguration("\(text).")
    }
  }

  package func address() throws(EvaluationError) -> URL {
    func fault(_ text: String) -> EvaluationError {
      EvaluationError.invalidConfiguration("baseURL: \(text)")
    }
    guard var parts = URLComponents(string: baseURL), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
    else {
      throw fault("must be an address such as http://localhost:8000/v1 of a judge's endpoint.")
    }
    parts.scheme = scheme
    // Not quoted: a password in it would be printed.
    let query = parts.queryItems ?? []
    guard parts.user == nil, parts.password == nil, parts.fragment == nil,
      query.allSatisfy({ $0.name == "api-version" })
    else {
      throw fault(
        "must hold no name, password, fragment, or query but 'api-version'. Name the environment "
          + "variable of the API key as apiKeyVariable.")
    }
    while parts.path.hasSuffix("/") { parts.path.removeLast() }
    if parts.path.isEmpty { parts.path = "/v1" }
    if !parts.path.hasSuffix("/chat/completions") {
      let others = ["/responses", "/completions", "/chat", "/messages", "/embeddings", "/models"]
      if let other = others.first(where: parts.path.hasSuffix) {
        throw fault(
          "ends with '\(other)', which is no chat completion. Name the address up to '/v1', or one "
            + "that ends with '/chat/completions'.")
      }
      parts.path += "/chat/completions"
    }
    guard let url = parts.url else { throw fault("is no address.") }
    return url
  }

  /// Where a redirect leads, without what may be a secret in it.
  func place(of location: String) -> String {
    guard let base = try? address(), let url = URL(string: location, relativeTo: base),
      var parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
    else { return "an unreadable address" }
    (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
    return Excerpt.of(parts.string ?? "", hiding: [])
  }
}

extension EndpointSettings {
  /// Names a model at a server; ``EndpointChatClient`` checks the settings.
  package init(baseURL: String, model: String) {
    self.init(baseURL: baseURL, model: model, apiKeyVariable: nil)
  }
}

/// An API key that no description, dump or encoder shows.
struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let secret: String
  let header: String

  var value: String { header.lowercased() == "authorization" ? "Bearer \(secret)" : secret }

  /// A text without it, for endpoints that repeat what they do not accept.
  func removed(from text: String) -> String { text.replacing(secret, with: "(API key)") }

  var description: String { "(API key)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }

  init?(
    variable: String?, header: String = "Authorization", environment: [String: String]
  ) throws(EvaluationError) {
    guard let variable else { return nil }
    guard let secret = environment[variable], !secret.isEmpty else {
      throw EvaluationError.invalidConfiguration(
        "apiKeyVariable: the environment variable \(variable) is not set. Set it to the API key of "
          + "the judge's endpoint.")
    }
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw EvaluationError.invalidConfiguration(
        "apiKeyVariable: the environment variable \(variable) holds a space, a line break or "
          + "another character that no API key has.")
    }
    self.secret = secret
    self.header = header
  }
}
