import Foundation
import RESTA
import RESTADocuments

/// What is seen of the servers before anything is asked of them: that they have this model, read text as its file
/// does, and give for embedding rows what they give for tokens.
package struct StartCheck: Sendable {
  /// A server's part.
  package struct Server: Sendable {
    package let url: String
    /// Its vLLM; `nil` where it does not say.
    package let version: String?
    /// By how much the first log-probability differs between rows and tokens, in nats.
    package let difference: Double
  }

  package let servers: [Server]
  /// The most tokens of prompt and answer at all of them.
  package let contextLength: Int

  /// The first version without known advisories that reach this use.
  private static let leastVersion = [0, 32]
  private static let text = "The quick brown fox jumps over the lazy dog. Ein Ärgernis: 12,5 €!\n"

  /// What the servers' greedy tokens are asked for.
  static func probe(_ source: ModelSource) throws -> [TokenID] {
    let first = source.tokenizer.beginningOfSequence.map { [$0] } ?? []
    return first + (try source.tokenizer.tokenize(Array(text.utf8), parsesControl: false))
  }

  init(_ client: VLLMClient, _ source: ModelSource) async throws {
    var servers: [Server] = []
    var length = Int.max
    var first: [StreamedPrediction]?
    for upstream in client.pool.upstreams {
      do {
        let own = try await Self.contextLength(client, upstream)
        length = min(length, own ?? .max)
        let version = try await Self.version(upstream)
        try await Self.compareTokens(client, source, upstream)
        let answer = try await client.greedy(.tokens(client.probe), at: upstream)
        let difference = try await Self.compareRows(client, source, upstream, answer)
        if let first, !Fingerprint.areAlike(answer, first) {
          throw Problem("has other weights than the first one: its greedy tokens differ.")
        }
        first = first ?? answer
        upstream.remember(answer)
        servers.append(
          Server(
            url: upstream.connection.url.absoluteString, version: version, difference: difference))
      } catch let problem as Problem {
        throw RESTAError(
          .engineFailed,
          "The vLLM server at \(upstream.connection.url.absoluteString) \(problem.words)")
      } catch let failure as VLLMFailure {
        throw failure.explained(at: upstream, attempts: 1, isQuoted: true)
      }
    }
    self.servers = servers
    contextLength = length
  }

  private struct Problem: Error {
    let words: String
    init(_ words: String) { self.words = words }
  }

  /// Whether the model is there, and how many tokens it takes.
  private static func contextLength(
    _ client: VLLMClient, _ upstream: Upstream
  ) async throws -> Int? {
    let list = try await upstream.connection.ask("/v1/models")
    let models = list.object?["data"]?.array ?? []
    let names = models.compactMap { $0.object?["id"]?.string }
    guard let found = models.first(where: { $0.object?["id"]?.string == client.settings.model })
    else {
      throw Problem(
        "has no model '\(client.settings.model)'; it has \(names.joined(separator: ", ")). Name one of "
          + "them with --vllm-model.")
    }
    return found.object?["max_model_len"]?.int
  }

  /// Its version, if it says.
  private static func version(_ upstream: Upstream) async throws -> String? {
    let reply: JSONValue
    do {
      reply = try await upstream.connection.ask("/version")
    } catch VLLMFailure.status(404, _, _) {
      // A proxy in front may let nothing but /v1 pass.
      return nil
    }
    guard let version = reply.object?["version"]?.string else { return nil }
    let numbers = version.split { !$0.isNumber }.prefix(3).compactMap { Int($0) }
    guard !numbers.lexicographicallyPrecedes(leastVersion) else {
      throw Problem(
        "is vLLM \(version), and versions before 0.32.0 have advisories that reach embedding prompts: "
          + "update it.")
    }
    return version
  }

  /// Whether it reads text as the file does, control tokens and all.
  private static func compareTokens(
    _ client: VLLMClient, _ source: ModelSource, _ upstream: Upstream
  ) async throws {
    var texts = [text]
    if let template = try source.chatTemplate.get() {
      let rendered = try? template.render([.user("What is 7 times 8?")])
      if let rendered { texts.append(rendered.text) }
    }
    for text in texts {
      let body = JSONText.object([
        ("model", .string(client.settings.model)), ("prompt", .string(text)),
        ("add_special_tokens", .bool(false)),
      ])
      let reply: JSONValue
      do {
        reply = try await upstream.connection.ask("/tokenize", Array(body.utf8))
      } catch VLLMFailure.status(404, _, _) {
        throw Problem(
          "does not answer at /tokenize, so its vocabulary cannot be compared: let it pass.")
      }
      let theirs = reply.object?["tokens"]?.array?.compactMap(\.int) ?? []
      let ours = try source.tokenizer.tokenize(Array(text.utf8), parsesControl: true).map(Int.init)
      guard theirs == ours else {
        let place = zip(theirs, ours).prefix { $0 == $1 }.count
        throw Problem(
          "reads a test text otherwise than the GGUF file, from its token \(place + 1) on "
            + "(\(theirs.count) and \(ours.count) tokens): the file must be of the same model.")
      }
    }
  }

  /// Whether rows give what tokens give; by how much the first log-probability differs.
  private static func compareRows(
    _ client: VLLMClient, _ source: ModelSource, _ upstream: Upstream,
    _ byTokens: [StreamedPrediction]
  ) async throws -> Double {
    guard let first = byTokens.first?.logProbabilities?.logProbability else {
      throw Problem("gives no log-probabilities: start it without --max-logprobs 0.")
    }
    let clean = EmbeddingNoise(kind: .none, sigma: 0, seed: 0)
    let rows = PerturbedRows(
      clean, embeddings: try source.embeddings(client.probe), positions: [], copy: 0)
    let byRows: [StreamedPrediction]
    do {
      byRows = try await client.greedy(.perturbed(rows), at: upstream)
    } catch VLLMFailure.status(400, let said, _) {
      throw Problem(
        "does not take embedding rows of \(rows.dimensions) numbers (it says: '\(said.text)'): start it with "
          + "--enable-prompt-embeds, and name the GGUF file of the same model.")
    }
    guard Fingerprint.areAlike(byTokens, byRows),
      let own = byRows.first?.logProbabilities?.logProbability
    else {
      throw Problem(
        "gives other tokens for the embedding rows of the GGUF file than for the same tokens (sigma 0), "
          + "so noise on them would mean nothing: the file must hold the same weights, best in F32, F16 "
          + "or BF16 as the server's.")
    }
    // A log-probability that is asked for by allowing one token alone has to be the model's own.
    if let other = byTokens[0].logProbabilities?.alternatives.last {
      let request = PredictionRequest(
        prompt: .tokens(client.probe), answer: [], maximumTokens: 1)
      let value = try await client.logProbability(of: other.tokenID, in: request, at: upstream)
      guard abs(value - other.logProbability) <= Fingerprint.tolerance else {
        throw Problem(
          "gives log-probabilities of what is allowed instead of the model's: start it with "
            + "--logprobs-mode raw_logprobs, for tied votes need them.")
      }
    }
    return abs(first - own)
  }
}
