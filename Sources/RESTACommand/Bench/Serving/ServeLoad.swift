import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RESTA

/// The requests that a server is measured with: the same ones each time, through HTTP or without.
struct ServeLoad: Sendable {
  /// A request's answer, and how long it took.
  struct Answer: Sendable {
    let text: String
    let tokens: Int
    let seconds: Double
  }

  /// Where the server is.
  let address: String
  /// What is asked, one message each.
  let prompts: [String]
  let answerTokens: Int
  /// Whether the defence is switched off.
  let isUndefended: Bool

  /// Sends all requests with so many clients, each of which has one request under way.
  ///
  /// - Parameter clients: At least 1.
  /// - Returns: The answers, by prompt, and the time that all took together, in seconds.
  /// - Throws: ``Failure`` when the server refuses; what the connection throws.
  func send(clients: Int) async throws -> (answers: [Answer], seconds: Double) {
    let start = ContinuousClock.now
    let answers = try await withThrowingTaskGroup(of: [(Int, Answer)].self) { group in
      for client in 0..<clients {
        group.addTask {
          var own: [(Int, Answer)] = []
          for index in stride(from: client, to: prompts.count, by: clients) {
            own.append((index, try await ask(prompts[index])))
          }
          return own
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return (answers.sorted { $0.0 < $1.0 }.map(\.1), seconds)
  }

  private func ask(_ prompt: String) async throws -> Answer {
    let body = Body(
      messages: [.user(prompt)], maxTokens: answerTokens,
      resta: isUndefended ? ["noise": "none"] : [:])
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var request = HTTPClientRequest(url: address + "/v1/chat/completions")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: Array(try encoder.encode(body))))
    let start = ContinuousClock.now
    let response = try await HTTPClient.shared.execute(request, timeout: .minutes(10))
    let bytes = try await response.body.collect(upTo: 1 << 24)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard response.status == .ok else {
      throw Failure.failed("The server answered \(response.status): \(String(buffer: bytes))")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reply = try decoder.decode(Reply.self, from: Data(bytes.readableBytesView))
    return Answer(
      text: reply.choices.first?.message.content ?? "", tokens: reply.usage.completionTokens,
      seconds: seconds)
  }

  private struct Body: Encodable {
    let messages: [ChatMessage]
    let maxTokens: Int
    let resta: [String: String]
  }

  private struct Reply: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable {
        let content: String
      }
      let message: Message
    }
    struct Usage: Decodable {
      let completionTokens: Int
    }
    let choices: [Choice]
    let usage: Usage
  }
}
