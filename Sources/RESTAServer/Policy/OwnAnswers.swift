import RESTA
import RESTADocuments
import Synchronization

/// What a server has answered lately: so that it knows an assistant's turn that it wrote from one that
/// a client made up.
///
/// Assistant turns are not perturbed, so a forged one is a way around the noise: the attack in the
/// model's own mouth. Only a keyed digest of each answer is kept, together with the message that it
/// answers and whose key asked: an answer cannot be put under another question, and who guesses another
/// client's learns nothing.
final class OwnAnswers: Sendable {
  /// How many answers are remembered; each takes about a hundred bytes.
  static let capacity = 65_536

  private struct Memory {
    var digests: Set<[UInt8]> = []
    var order: [[UInt8]] = []
    var next = 0
  }

  private let key: [UInt8]
  private let capacity: Int
  // Invariant: `order` holds the elements of `digests`, the oldest at `next` once it is full.
  private let memory = Mutex(Memory())

  init(capacity: Int = OwnAnswers.capacity) {
    var random = SystemRandomNumberGenerator()
    key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    self.capacity = capacity
  }

  /// Remembers an answer to a conversation, complete or as far as the client was sent it.
  func note(_ answer: String, to messages: [ChatMessage], of client: String) {
    let digest = digest(answer, after: messages.last, of: client)
    memory.withLock { memory in
      guard memory.digests.insert(digest).inserted else { return }
      if memory.order.count < capacity {
        memory.order.append(digest)
      } else {
        memory.digests.remove(memory.order[memory.next])
        memory.order[memory.next] = digest
        memory.next = (memory.next + 1) % capacity
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
      let digest = digest(messages[index].content, after: before, of: client)
      return !memory.withLock { $0.digests.contains(digest) }
    }
  }

  /// White space at the ends does not count: clients trim it.
  private func digest(
    _ answer: String, after message: ChatMessage?, of client: String
  ) -> [UInt8] {
    func trimmed(_ text: String) -> [UInt8] {
      let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
      let bytes = Array(text.utf8)
      guard let first = bytes.firstIndex(where: { !spaces.contains($0) }),
        let last = bytes.lastIndex(where: { !spaces.contains($0) })
      else { return [] }
      return Array(bytes[first...last])
    }
    // A length in front of each but the last makes the borders between the texts certain.
    let parts = [
      Array(client.utf8), Array((message?.role.rawValue ?? "").utf8),
      trimmed(message?.content ?? ""),
    ]
    return Digest.authenticationCode(
      of: parts.flatMap { Array("\($0.count) ".utf8) + $0 } + trimmed(answer), key: key)
  }
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
