import RESTA
import RESTADocuments
import Synchronization

/// What a server has answered lately: so that it knows an assistant's turn that it wrote from one that
/// a client made up.
///
/// Assistant turns are not perturbed, so a forged one is a way around the noise: the attack in the model's own
/// mouth. Only a keyed digest of each answer is kept, together with the message that it answers and whose key
/// asked: an answer cannot be put under another question, and who guesses another client's learns nothing.
final class OwnAnswers: Sendable {
  /// How many answers are remembered, of all clients; each takes about a hundred bytes.
  static let capacity = 65_536
  /// By how many pieces a client may lag behind what it was sent when it stops reading.
  private static let lag = 256

  private struct Ring {
    /// When each was noted last.
    private(set) var times: [[UInt8]: Int] = [:]
    private var order: ArraySlice<(digest: [UInt8], time: Int)> = []
    private var time = 0

    mutating func add(_ digest: [UInt8]) {
      time += 1
      times[digest] = time
      order.append((digest, time))
      // What was noted again since is there more than once.
      if order.count > 2 * times.count {
        order = order.filter { times[$0.digest] == $0.time }[...]
      }
    }

    mutating func removeOldest() {
      while let oldest = order.popFirst() {
        guard times[oldest.digest] == oldest.time else { continue }
        times[oldest.digest] = nil
        return
      }
    }
  }

  private let key: [UInt8]
  private let capacity: Int
  // Invariant: of each client `order` holds what `times` does, the oldest first.
  private let rings = Mutex([String: Ring]())

  init(capacity: Int = OwnAnswers.capacity) {
    var random = SystemRandomNumberGenerator()
    key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    self.capacity = capacity
  }

  /// Remembers an answer to a conversation, in the pieces its client was sent: it may go on behind each.
  func note(_ pieces: [String], to messages: [ChatMessage], of client: String) {
    let question = code(of: messages.last, to: client)
    var answer: [UInt8] = []
    var digests: [[UInt8]] = []
    for (index, piece) in pieces.enumerated() where !piece.isEmpty {
      answer += piece.utf8
      guard pieces.count - index <= Self.lag else { continue }
      digests.append(Digest.authenticationCode(of: answer.trimmed(Self.isSpace), key: question))
    }
    if answer.trimmed(Self.isSpace).count < answer.count {
      digests.append(Digest.authenticationCode(of: answer, key: question))
    }
    rings.withLock { rings in
      for digest in digests {
        rings[client, default: Ring()].add(digest)
        guard rings.values.reduce(0, { $0 + $1.times.count }) > capacity else { continue }
        // Who has the most gives way: nobody's traffic makes others' conversations unknown.
        let most = rings.max { $0.value.times.count < $1.value.times.count }?.key
        rings[most ?? client]?.removeOldest()
      }
    }
  }

  /// The assistant turns of a conversation that are not known, by their place.
  ///
  /// No answer has a name, and templates print them: a turn with one is known in no case.
  func unknownTurns(in messages: [ChatMessage], of client: String) -> [Int] {
    messages.indices.filter { index in
      guard messages[index].role == .assistant else { return false }
      guard messages[index].name == nil else { return true }
      guard !messages[index].content.isEmpty else { return false }
      let before = index == 0 ? nil : messages[index - 1]
      let answer = messages[index].content.utf8.trimmed(Self.isSpace)
      let digest = Digest.authenticationCode(of: answer, key: code(of: before, to: client))
      return rings.withLock { $0[client]?.times[digest] == nil }
    }
  }

  /// A conversation whose known turns are as they were answered, or without white space around them.
  ///
  /// A client's own there is text that no noise touches, of any length and in any order.
  func withoutForeignSpace(
    _ messages: [ChatMessage], unknown: [Int], of client: String
  ) -> [ChatMessage] {
    var result = messages
    for index in messages.indices
    where messages[index].role == .assistant && !unknown.contains(index) {
      let content = messages[index].content.utf8
      let question = code(of: index == 0 ? nil : messages[index - 1], to: client)
      let digest = Digest.authenticationCode(of: Array(content), key: question)
      guard rings.withLock({ $0[client]?.times[digest] == nil }) else { continue }
      result[index].content = String(decoding: content.trimmed(Self.isSpace), as: UTF8.self)
    }
    return result
  }

  /// The key of the digests of answers to a message.
  private func code(of message: ChatMessage?, to client: String) -> [UInt8] {
    // A length in front of each makes the borders between the texts certain.
    let parts = [
      Array(client.utf8), Array((message?.role.rawValue ?? "").utf8),
      Array((message?.content ?? "").utf8.trimmed(Self.isSpace)),
    ]
    return Digest.authenticationCode(
      of: parts.flatMap { Array("\($0.count) ".utf8) + $0 }, key: key)
  }

  /// White space at the ends does not count: clients trim it.
  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

/// What becomes of assistant turns that a server does not know as its own answers.
public enum AssistantTurns: String, Sendable, Hashable, Codable, CaseIterable {
  /// They are refused: the default.
  case own
  /// They are perturbed like all else that a client writes: for clients that bring conversations from
  /// elsewhere, or from before a restart.
  case perturbed
  /// They are taken for the model's: whoever forges one writes text that no noise touches.
  case trusted
}
