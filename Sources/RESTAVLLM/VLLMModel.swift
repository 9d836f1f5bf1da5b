import Foundation
package import RESTA
import RESTADocuments

/// What a vLLM server cannot tell of a model: its vocabulary, its template and its embedding rows.
package struct ModelSource: Sendable {
  /// The model; how long its context is at the servers is seen there.
  package var information: ModelInformation
  package var tokenizer: any Tokenizer
  /// Its chat template, if it has one.
  package var chatTemplate: Result<ChatTemplate?, RESTAError>
  /// The vectors that its first block receives, `[tokens, dimensions]`.
  package var embeddings: @Sendable ([TokenID]) throws -> EmbeddingMatrix

  package init(
    information: ModelInformation, tokenizer: any Tokenizer,
    chatTemplate: Result<ChatTemplate?, RESTAError>,
    embeddings: @escaping @Sendable ([TokenID]) throws -> EmbeddingMatrix
  ) {
    self.information = information
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
    self.embeddings = embeddings
  }
}

/// A model that vLLM servers compute.
///
/// The copies travel as embedding rows (`prompt_embeds`), which a server takes only where it was started with
/// `--enable-prompt-embeds`. What is sent is ours to the byte: the prompt's tokens, or rows that a file of the same
/// weights gives.
package final class VLLMModel: StreamingModel {
  package let information: ModelInformation
  package let startCheck: StartCheck
  private let source: ModelSource
  private let client: VLLMClient
  /// What clients' names are hidden under: no server can tell who asks, nor can a client guess another's.
  private let secret: [UInt8]

  /// Looks at the servers, and makes sure that they compute this model; `engineFailed` says at which what is wrong.
  package static func connect(
    _ settings: VLLMSettings, source: ModelSource,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws -> VLLMModel {
    let key = try settings.authorization(environment)
    let pool = UpstreamPool(
      upstreams: settings.urls.map {
        Upstream(VLLMConnection(url: $0, authorization: key, timeout: settings.timeout))
      })
    let tokenizer = source.tokenizer
    let probe = try StartCheck.probe(source)
    let client = VLLMClient(
      settings: settings, pool: pool,
      endings: (0..<TokenID(clamping: tokenizer.vocabularySize))
        .filter(tokenizer.isEndOfGeneration),
      limit: ConcurrencyLimit(settings.concurrency), rows: source.embeddings, probe: probe)
    let check = try await StartCheck(client, source)
    return VLLMModel(source: source, client: client, startCheck: check)
  }

  private init(source: ModelSource, client: VLLMClient, startCheck: StartCheck) {
    self.source = source
    self.client = client
    self.startCheck = startCheck
    secret = (0..<32).map { _ in UInt8.random(in: 0...255) }
    var information = source.information
    information.contextLength = min(
      information.contextLength, startCheck.contextLength, client.settings.contextLength ?? .max)
    self.information = information
  }

  package var settings: VLLMSettings { client.settings }

  package var tokenizer: any Tokenizer { source.tokenizer }
  package var chatTemplate: ChatTemplate? { get throws { try source.chatTemplate.get() } }

  package func embeddings(of tokens: [TokenID]) throws -> EmbeddingMatrix {
    try source.embeddings(tokens)
  }

  package func streams(for client: String?) -> any PredictionStreams {
    // Cached prefixes are shared under a salt, and a shared one tells by its speed what others asked.
    let name = client.map { Array($0.utf8) } ?? (0..<16).map { _ in UInt8.random(in: 0...255) }
    let salt = Digest.authenticationCode(of: name, key: secret)
    return VLLMClient.Session(self.client, salt: Digest.hexadecimal(salt))
  }

  package func logProbabilities(
    of answer: [TokenID], after prompt: [TokenID]
  ) async throws -> [Double] {
    guard let last = answer.last else { return [] }
    let session = VLLMClient.Session(client, salt: "resta-score")
    // A server gives one token more than it is sent: of an answer that fills the context that is the last one.
    let request = PredictionRequest(
      prompt: .tokens(prompt + answer.dropLast()), answer: [], maximumTokens: 1)
    var completion = VLLMRequest(forcing: last, in: request, client, salt: "resta-score")
    completion.scoresPrompt = true
    return try await session.answer(completion) { reply in
      let values = reply.promptLogProbabilities
      guard values.count == prompt.count + answer.count - 2 else {
        throw VLLMFailure.malformed("\(values.count) log-probabilities of a prompt")
      }
      return try Array(values.suffix(answer.count - 1)) + [reply.logProbability(of: last)]
    }
  }

  package func reserve(sequences: Int, cells: Int) throws -> any SequenceReservation {
    throw RESTAError.invalidSetting(
      "This needs the logits of all tokens, and a vLLM server gives the predicted tokens only: run it "
        + "with --engine llama.")
  }
}
