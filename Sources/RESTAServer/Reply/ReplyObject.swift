import Foundation
import RESTA

/// The outer object of replies and of chunks, which all have the same members.
struct ReplyObject: Encodable, Sendable {
  let id: String
  let object: String
  let created: Int
  let model: String
  let choices: [ReplyChoice]
  /// Left out when `nil`, which is something else than `null` here.
  let usage: Nullable<ReplyUsage>?
  /// The defence, under the key `settings`.
  let resta: [String: RestaSettings]?

  init(
    _ object: String, _ head: ReplyHead, choices: [ReplyChoice], usage: Nullable<ReplyUsage>?,
    settings: RestaSettings? = nil
  ) {
    id = head.id
    self.object = object
    created = head.created
    model = head.model
    self.choices = choices
    self.usage = usage
    resta = settings.map { ["settings": $0] }
  }
}

/// What a reply and all chunks of a streamed one begin with.
struct ReplyHead: Sendable, Hashable {
  /// The reply's name, such as `chatcmpl-` or `cmpl-` and 24 letters and digits.
  var id: String
  /// When it was begun, in seconds since 1970.
  var created: Int
  var model: String
}

/// How many tokens a request took.
struct ReplyUsage: Encodable, Sendable, Hashable {
  /// What of a prompt was there from earlier turns.
  struct PromptDetails: Encodable, Sendable, Hashable {
    var cachedTokens: Int
  }

  let promptTokens: Int
  private(set) var completionTokens: Int
  private(set) var totalTokens: Int
  /// Left out when `nil`.
  private(set) var promptTokensDetails: PromptDetails?

  init(promptTokens: Int, completionTokens: Int, cachedTokens: Int? = nil) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    totalTokens = promptTokens + completionTokens
    promptTokensDetails = cachedTokens.map { PromptDetails(cachedTokens: $0) }
  }

  /// Counts an answer, and what was there of its prompt if it is the `isFirst` to that.
  mutating func add(_ result: GenerationResult, isFirst: Bool) {
    completionTokens += result.tokenIDs.count
    totalTokens += result.tokenIDs.count
    if isFirst { promptTokensDetails?.cachedTokens += result.cachedTokens }
  }
}

extension ReplyHead {
  /// A head for a new reply.
  static func new(_ prefix: String, model: String) -> ReplyHead {
    let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    var random = SystemRandomNumberGenerator()
    let id = String((0..<24).compactMap { _ in letters.randomElement(using: &random) })
    return ReplyHead(
      id: "\(prefix)-\(id)", created: Int(Date().timeIntervalSince1970), model: model)
  }
}

/// The `resta` object of one answer; what the operator or the request does not want is left out.
struct RestaChoice: Encodable, Sendable, Equatable {
  var cost: TotalsReport?
  /// The position that voting started at, where the window follows a text.
  var votedFrom: Int?
  /// All votes of a whole answer.
  var votes: [VoteReport]?
  /// What checkpoints found that opened the turn again.
  var probes: [ProbeReport]?
  /// The vote of a streamed token.
  var vote: VoteReport?
  var prompt: [RestaPromptToken]?
  /// The noise's seed; never given under sticky noise, where it holds for the next request too.
  var seed: UInt64?
  /// The seed of ordinary sampling.
  var samplingSeed: UInt64?

  /// The object, or `nil` if there is nothing in it.
  var unlessEmpty: RestaChoice? { self == RestaChoice() ? nil : self }
}

/// One token of a prompt, and whether noise was added to it; of the operator's own messages the place alone.
struct RestaPromptToken: Encodable, Sendable, Hashable {
  let text: String
  let perturbed: Bool

  static func list(
    _ prompt: TokenizedPrompt, defense: DefenseSettings, tokenizer: any Tokenizer
  ) -> [RestaPromptToken] {
    let perturbed = defense.isActive ? Set(prompt.positions(of: defense.perturbed)) : []
    let hidden = prompt.positionsOfTrustedAlone
    return prompt.tokens.indices.map { index in
      RestaPromptToken(
        text: hidden.contains(index) ? "" : tokenizer.text(of: prompt.tokens[index].id),
        perturbed: perturbed.contains(index))
    }
  }
}

/// Turns replies into bytes.
enum WireJSON {
  /// A reply as JSON, with snake_case names.
  static func bytes(_ value: some Encodable) -> [UInt8] {
    guard let data = try? encoder.encode(value) else {
      // No reply of ours gets here; a client still has to get JSON if one ever does.
      let error = APIError(
        status: 500, type: "server_error", code: "internal_error",
        message: "The reply could not be written.")
      return bytes(ErrorReply(error))
    }
    return Array(data)
  }

  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // Sorted, for a reply that is the same wherever and whenever it is written.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()
}

/// The pieces of a stream of server-sent events.
enum ServerSentEvent {
  /// What ends every stream, an aborted one too.
  static let done = Array("data: [DONE]\n\n".utf8)

  /// A comment, which clients skip: it shows proxies and clients that the connection lives.
  static let keepAlive = Array(": keep-alive\n\n".utf8)

  static func data(_ value: some Encodable) -> [UInt8] {
    Array("data: ".utf8) + WireJSON.bytes(value) + Array("\n\n".utf8)
  }
}
