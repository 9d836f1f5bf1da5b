package import Foundation
package import RESTA

/// Where the vLLM servers are, and how they are used.
package struct VLLMSettings: Sendable {
  /// The servers, all of the same weights: each an address up to where `/v1` begins.
  package var urls: [URL]
  /// The name under which they serve the model.
  package var model: String
  /// The environment variable that holds the API key, where they want one.
  package var keyVariable: String?
  /// In which numbers embedding rows travel.
  package var number = TensorArchive.Number.float32
  /// How long a server may be silent in the middle of a request, in seconds.
  package var timeout = 120.0
  /// How often something is tried without a token of progress.
  package var attempts = 4
  /// The most requests that are under way at once, over all servers.
  package var concurrency = 256
  /// The pause before something is tried again, in seconds; later ones double.
  package var firstPause = 0.2
  /// The longest time to wait for a server that asks for patience, in seconds.
  package var longestPause = 30.0
  /// The most tokens of prompt and answer, where fewer than the servers and the file allow.
  package var contextLength: Int?
  /// How long a server may have been silent to be trusted to be the same one, in seconds: less than a restart takes.
  package var trust = 5.0

  /// Reads addresses, with commas between them.
  package init(urls text: String, model: String) throws(RESTAError) {
    self.model = model
    urls = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      var address = part.trimmingCharacters(in: .whitespaces)
      while address.hasSuffix("/") { address.removeLast() }
      // Behind two slashes it is a host of that name.
      if address.hasSuffix("/v1"), !address.hasSuffix("//v1") { address.removeLast(3) }
      guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host != nil,
        url.user == nil, url.query == nil
      else {
        throw RESTAError.invalidSetting(
          "A vLLM server's address is http://HOST:PORT or https://HOST, without a name, a password or "
            + "a query; several have commas between them.")
      }
      urls.append(url)
    }
    guard Set(urls).count == urls.count else {
      throw RESTAError.invalidSetting("A vLLM server's address is given twice.")
    }
    guard !model.isEmpty else {
      throw RESTAError.invalidSetting(
        "Give the name under which the server has the model (its 'id' in /v1/models).")
    }
  }

  /// The value of the header that carries the API key.
  func authorization(_ environment: [String: String]) throws(RESTAError) -> String? {
    guard let keyVariable else { return nil }
    guard let key = environment[keyVariable], !key.isEmpty,
      key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw RESTAError.invalidSetting(
        "The environment variable \(keyVariable) must hold the vLLM server's API key; it is not set, "
          + "or holds a space or another character that no key has.")
    }
    return "Bearer \(key)"
  }
}
