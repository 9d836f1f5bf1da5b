import Foundation
import RESTA
import RESTADocuments
package import RESTAEvaluation

/// An OpenAI-compatible endpoint on this machine, and no other: what is attacked is one's own.
package struct EndpointTarget: AttackTarget {
  private let client: EndpointChatClient
  /// Without a name or a password in it, which are refused.
  private let address: String
  private let maximumTokens: Int
  private let system: String?

  package var usesSeed: Bool { true }

  /// Connects to nothing yet; refuses any address but a loopback one with `invalidConfiguration`.
  package init(
    _ settings: EndpointSettings, maximumTokens: Int, system: String? = nil
  ) throws(EvaluationError) {
    do throws(EvaluationError) {
      try LoopbackAddress.check(settings.address())
      client = try EndpointChatClient(settings, generator: SystemRandomNumberGenerator())
    } catch {
      throw EvaluationError(
        error.code,
        error.message.replacing("baseURL", with: "--endpoint")
          .replacing("a judge's endpoint", with: "the server under test")
          .replacing("the judge's endpoint", with: "the server under test"),
        cause: error)
    }
    address = settings.baseURL
    self.maximumTokens = maximumTokens
    self.system = system
  }

  /// Where a server counts nothing: a quarter of the bytes, rounded up.
  static func estimate(_ text: String) -> Int { (text.utf8.count + 3) / 4 }

  private static func estimate(_ messages: [ChatMessage]) -> Int {
    messages.reduce(0) { $0 + estimate($1.content) }
  }

  /// The most tokens that messages can be: a token for each byte, and what a template puts around each.
  static func most(_ messages: [ChatMessage]) -> Int {
    messages.reduce(0) { $0 + $1.content.utf8.count + 16 }
  }

  /// What a query cost: what the server counted, but no more than was reserved.
  ///
  /// What it puts in front of a client's messages itself is not the attacker's.
  static func cost(
    of messages: [ChatMessage], _ reply: ChatReply, limit: Int
  ) -> (prompt: Int, answer: Int) {
    let (prompt, answer) =
      reply.counted.map { ($0.prompt, $0.completion) }
      ?? (estimate(messages), estimate(reply.text))
    return (min(prompt, most(messages)), min(answer, limit))
  }

  func messages(of request: AttackRequest) -> [ChatMessage] {
    let (system, turns) = request.parts(behind: self.system)
    return (system.map { [.system($0)] } ?? []) + turns
  }

  package func worstCase(of request: AttackRequest) -> Int {
    Self.most(messages(of: request)) + maximumTokens + request.extraTokens
  }

  package func answer(_ request: AttackRequest, seed: UInt64) async throws -> TargetAnswer {
    guard request.opening == nil else {
      throw EvaluationError.invalidConfiguration(
        "An endpoint cannot be given the beginning of its answer.")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let messages = messages(of: request)
    let limit = maximumTokens + request.extraTokens
    do {
      let reply = try await client.complete(messages: messages, maximumTokens: limit)
      let cost = Self.cost(of: messages, reply, limit: limit)
      return TargetAnswer(
        text: reply.text, promptTokens: cost.prompt, answerTokens: cost.answer,
        seconds: (clock.now - start) / .seconds(1))
    } catch let error as EvaluationError {
      let words = error.message.replacing("The judge's endpoint", with: "The endpoint")
      switch error.cause as? EndpointFailure {
      // It understood, and declined this request: its length, or its words.
      case .status(400, _), .status(413, _), .status(422, _), .noText, .responseTooLarge:
        throw UnanswerableRequest(reason: words, promptTokens: Self.estimate(messages))
      case .connectionFailed(let kind):
        throw EvaluationError(
          error.code,
          "The connection to \(address) failed (\(kind)). Start the server there, or name another "
            + "address with --endpoint.", cause: error.cause)
      default: throw EvaluationError(error.code, words, cause: error.cause)
      }
    }
  }
}

/// The addresses of this machine to itself.
enum LoopbackAddress {
  /// Refuses all others.
  static func check(_ url: URL) throws(EvaluationError) {
    let host = url.host(percentEncoded: false) ?? ""
    guard isLoopback(host) else {
      throw EvaluationError.invalidConfiguration(
        "baseURL: '\(host)' is not this machine: attacks are for one's own server, reached on "
          + "127.0.0.1, ::1 or localhost. No option allows another address.")
    }
  }

  /// Whether a host is this machine, whatever names resolve to: 127.0.0.0/8, ::1, or `localhost`, where
  /// that is one of these.
  static func isLoopback(_ host: String) -> Bool {
    guard host.lowercased() == "localhost" else { return isLiteral(host) }
    let addresses = Host(name: "localhost").addresses
    // Without an entry there is nothing to connect to.
    return addresses.allSatisfy(isLiteral)
  }

  /// An address as it is written; forms that some readers take for others (octal, hexadecimal, fewer
  /// parts, mapped) are none.
  private static func isLiteral(_ host: String) -> Bool {
    if ["::1", "[::1]"].contains(host) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let isDecimal = parts.allSatisfy { part in
      part == "0" || (part.first != "0" && part.utf8.allSatisfy { (0x30...0x39).contains($0) })
    }
    return parts.count == 4 && parts[0] == "127" && isDecimal
      && parts.allSatisfy { UInt8($0) != nil }
  }
}
