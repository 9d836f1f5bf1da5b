import Foundation
import RESTA
import RESTADocuments

/// The body of a request to `/v1/completions`.
///
/// Everything that a server could have a default of its own for is said: its model's generation configuration may
/// hold a temperature or a penalty, and a vote is over what the model predicts.
struct VLLMRequest {
  var model: String
  /// Whose cached prefixes may be used.
  var salt: String
  /// Tokens that end a stream.
  var endings: [TokenID]
  var request: PredictionRequest
  var isStreamed = true
  /// The one token that may come, for its log-probability.
  var forced: TokenID?
  /// Whether log-probabilities of the prompt are wanted.
  var scoresPrompt = false

  /// The bytes; rows are made now, and are the prompt's perturbed ones with those of the answer behind them.
  func body(
    _ number: TensorArchive.Number, rowsOf embeddings: ([TokenID]) throws -> EmbeddingMatrix
  ) throws -> [UInt8] {
    var members = options
    switch request.prompt {
    case .tokens(let tokens):
      members.append(("prompt", Self.list(tokens + request.answer)))
      return Array(JSONText.object(members).utf8)
    case .perturbed(let rows):
      var matrix = rows.rows(0..<rows.count)
      if !request.answer.isEmpty {
        let answer = try embeddings(request.answer)
        guard answer.dimensions == matrix.dimensions else {
          throw RESTAError(
            .engineFailed,
            "Embedding rows are \(matrix.dimensions) and \(answer.dimensions) numbers long.")
        }
        matrix = EmbeddingMatrix(
          rows: matrix.rows + answer.rows, dimensions: matrix.dimensions,
          values: matrix.values + answer.values)
      }
      let archive = try TensorArchive(matrix, as: number)
      // Not through the JSON writer, which looks at every scalar of what may be tens of megabytes.
      let encoded = Data(archive.bytes).base64EncodedData()
      return Array(#"{"prompt_embeds": [""#.utf8) + encoded + Array(#""], "#.utf8)
        + Array(JSONText.object(members).utf8.dropFirst())
    }
  }

  private var options: [(String, JSONValue)] {
    // A greedy token needs no filter, and vLLM takes no top_p of 0: the likeliest token alone.
    var sampling = request.sampling.temperature > 0 ? request.sampling : SamplingSettings()
    if sampling.topP == 0 { (sampling.topP, sampling.topK) = (1, 1) }
    var members: [(String, JSONValue)] = [
      ("model", .string(model)), ("stream", .bool(isStreamed)),
      ("max_tokens", .integer(Int128(request.maximumTokens))),
      ("temperature", .number(sampling.temperature)), ("top_p", .number(sampling.topP)),
      ("top_k", .integer(Int128(sampling.topK))), ("min_p", .number(sampling.minP)),
      ("repetition_penalty", .number(1)), ("presence_penalty", .number(0)),
      ("frequency_penalty", .number(0)), ("add_special_tokens", .bool(false)),
      ("return_token_ids", .bool(true)), ("return_tokens_as_token_ids", .bool(true)),
      // What ends an answer is ours to say: the file's list, not the server's.
      ("ignore_eos", .bool(true)), ("stop_token_ids", Self.list(request.stopsAtEnd ? endings : [])),
      ("cache_salt", .string(salt)),
    ]
    if sampling.temperature > 0, let seed = sampling.seed {
      members.append(("seed", .integer(Int128(seed & 0x7FFF_FFFF_FFFF_FFFF))))
    }
    if let listed = request.listed { members.append(("logprobs", .integer(Int128(listed)))) }
    if let forced { members.append(("allowed_token_ids", Self.list([forced]))) }
    if scoresPrompt { members.append(("prompt_logprobs", .integer(0))) }
    return members
  }

  private static func list(_ tokens: [TokenID]) -> JSONValue {
    .array(tokens.map { .integer(Int128($0)) })
  }
}

/// What `/v1/completions` sends: an event of a stream, or all of a reply.
struct CompletionReply {
  let predictions: [StreamedPrediction]
  /// Why it ends here, if it does.
  let ending: String?
  /// ln p of the prompt's tokens from the second one on, where they were asked for.
  let promptLogProbabilities: [Double]

  /// Reads the bytes of an event.
  init(_ bytes: [UInt8], listing listed: Int?) throws(VLLMFailure) {
    guard let value = try? JSONReader.value(of: bytes[...], limits: .python) else {
      throw .malformed("an event that is no JSON")
    }
    try self.init(value, listing: listed)
  }

  init(_ value: JSONValue, listing listed: Int?) throws(VLLMFailure) {
    if let error = value.object?["error"], error != .null {
      let status = error.object?["code"]?.int ?? 500
      throw .status(status, says: ServerWords(value), retryAfter: nil)
    }
    guard let choices = value.object?["choices"]?.array else { throw .malformed("no choices") }
    guard choices.count == 1, let choice = choices[0].object else {
      // The event that tells the usage has none.
      guard choices.isEmpty else { throw .malformed("\(choices.count) choices") }
      (predictions, ending, promptLogProbabilities) = ([], nil, [])
      return
    }
    ending = choice["finish_reason"]?.string
    // A server that stops ends what it has begun with "abort": that is no end of an answer.
    guard ending.map({ ["stop", "length"].contains($0) }) ?? true else { throw .cutOff }
    guard let ids = choice["token_ids"]?.array else {
      throw .malformed("no token_ids: vLLM 0.32.0 or later is needed")
    }
    let tokens = ids.compactMap { $0.int.flatMap { TokenID(exactly: $0) } }
    guard tokens.count == ids.count else { throw .malformed("token_ids") }
    promptLogProbabilities = try Self.promptValues(choice["prompt_logprobs"])
    guard let listed else {
      predictions = tokens.map { StreamedPrediction(token: $0) }
      return
    }
    let logprobs = choice["logprobs"]?.object
    let chosen = logprobs?["token_logprobs"]?.array ?? []
    let top = logprobs?["top_logprobs"]?.array ?? []
    guard chosen.count == tokens.count, top.isEmpty || top.count == tokens.count else {
      throw .malformed("\(tokens.count) tokens with \(chosen.count) log-probabilities")
    }
    var predictions: [StreamedPrediction] = []
    for (index, token) in tokens.enumerated() {
      guard let value = chosen[index].double, value.isFinite else { throw .malformed("logprobs") }
      let others = top.isEmpty ? [] : try Self.alternatives(top[index])
      predictions.append(
        StreamedPrediction(
          token: token,
          logProbabilities: TokenLogProbabilities(
            logProbability: value, alternatives: Array(others.prefix(listed)))))
    }
    self.predictions = predictions
  }

  /// The likeliest tokens of a place, most likely first.
  private static func alternatives(
    _ value: JSONValue
  ) throws(VLLMFailure) -> [TokenLogProbabilities.Alternative] {
    var found: [TokenLogProbabilities.Alternative] = []
    for (key, value) in value.object ?? [:] {
      guard key.hasPrefix("token_id:"), let id = TokenID(key.dropFirst(9)), let value = value.double
      else { throw .malformed("top_logprobs") }
      found.append(.init(tokenID: id, logProbability: value))
    }
    return found.sorted { ($1.logProbability, $0.tokenID) < ($0.logProbability, $1.tokenID) }
  }

  /// A list of objects by token, the first of which is nothing.
  private static func promptValues(_ value: JSONValue?) throws(VLLMFailure) -> [Double] {
    guard let entries = value?.array else { return [] }
    var values: [Double] = []
    for entry in entries.dropFirst() {
      guard let first = entry.object?.first(where: { _ in true }),
        let value = first.value.object?["logprob"]?.double
      else { throw .malformed("prompt_logprobs") }
      values.append(value)
    }
    return values
  }
}
